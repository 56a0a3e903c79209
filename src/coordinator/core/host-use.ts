import { forgetCarries } from './checkpoints.ts';
import type { HostName } from '../../model/ids.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

/** Whether nobody has anything against a host; it may be away. */
export function isWanted(state: CoordinatorState, { name, off }: FleetHost): boolean {
  const record = state.ledger.hosts.get(name);
  return off === null && (record === undefined || (record.closed ?? record.quarantine) === null);
}

/** What was asked may have been heard, and its answer lost: what the host says that it holds tells. */
export function forgetConnection(state: CoordinatorState, host: FleetHost): void {
  host.launches.clear();
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

/** Whether it was there and was cut off, and would be used if it were there again. */
export function mayComeBack(state: CoordinatorState, name: HostName): boolean {
  const host = state.fleet.get(name);
  return host?.away?.wasThere === true && host.isListed && isWanted(state, host);
}

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
