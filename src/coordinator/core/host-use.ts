import { forgetCarries } from './checkpoints.ts';
import type { HostName } from '../../model/ids.ts';
import { patienceMs } from '../../model/patience.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

/** Whether nobody has anything against a host, or it is time to try it again; it may be away. */
export function isWanted(state: CoordinatorState, host: FleetHost): boolean {
  const record = state.ledger.hosts.get(host.name);
  if (host.off !== null || (record?.closed ?? null) !== null) return false;
  return (record?.quarantine ?? null) === null || isDue(state, host);
}

/** Whether a host that is left out may be given a trial again. */
export const isDue = ({ awakeMs }: CoordinatorState, { dueAtMs }: FleetHost): boolean =>
  dueAtMs !== null && awakeMs >= dueAtMs;

/** What was asked may have been heard, and its answer lost: what the host says that it holds tells. */
export function forgetConnection(state: CoordinatorState, host: FleetHost): void {
  host.launches.clear();
  host.failedStarts.clear();
  host.asked.clear();
  host.heldSince = null;
  host.stuck = null;
  host.doing = null;
  host.twin = null;
  forgetCarries(state, host.name);
}

/** Whether it is there as well, or will be in a moment. */
export const mayUse = (state: CoordinatorState, host: FleetHost): boolean =>
  isWanted(state, host) && (host.link.kind !== 'connecting' || host.link.because === null);

/** Whether it was there and was cut off less than `withinMs` ago, and would be used if it were there again. */
export function mayComeBack(state: CoordinatorState, name: HostName, withinMs: number): boolean {
  const host = state.fleet.get(name);
  if (host === undefined || host.away === null || host.away.ms >= withinMs) return false;
  return host.away.wasThere && host.isListed && isWanted(state, host);
}

/** Whether it is on its way, or has not been away for long. */
export const isExpected = ({ link, away }: FleetHost): boolean =>
  link.kind !== 'connecting' ||
  link.because === null ||
  (away !== null && away.isTried && away.ms < patienceMs);

export const isAway = ({ link }: FleetHost): boolean => link.kind === 'connecting' && link.because !== null;

/** At once, also where it was given up. */
export function tryAgain(turn: Turn, host: FleetHost): void {
  if (!isAway(host)) return;
  host.link = { kind: 'connecting', because: null };
  turn.instruct({ kind: 'enter', host: host.name });
}

export const isReached = ({ link }: FleetHost): boolean =>
  link.kind === 'ready' || link.kind === 'reconciling';

/** Ends its connection and makes it again. */
export function enterAnew(state: CoordinatorState, turn: Turn, host: FleetHost): void {
  forgetConnection(state, host);
  host.link = { kind: 'connecting', because: null };
  for (const kind of ['leave', 'enter'] as const) turn.instruct({ kind, host: host.name });
}
