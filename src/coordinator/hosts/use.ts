import type { HostName } from '../../model/ids.ts';
import { patienceMs } from '../../model/patience.ts';
import type { CoordinatorState, FleetHost } from './state.ts';

/** Whether nobody has anything against a host, or it is time to try it again; it may be away. */
export function isWanted(state: CoordinatorState, host: FleetHost): boolean {
  const record = state.ledger.hosts.get(host.name);
  if (host.off !== null || (record?.closed ?? null) !== null) return false;
  return (record?.quarantine ?? null) === null || isDue(state, host);
}

/** Whether a host that is left out may be given a trial again. */
export const isDue = ({ awakeMs }: CoordinatorState, { dueAtMs }: FleetHost): boolean =>
  dueAtMs !== null && awakeMs >= dueAtMs;

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

export const isReached = ({ link }: FleetHost): boolean =>
  link.kind === 'ready' || link.kind === 'reconciling';
