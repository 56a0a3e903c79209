/** Whether a host is to be used, and whether it is there. */
import type { HostName } from '../../model/ids.ts';
import { patienceMs } from '../../model/patience.ts';
import type { FleetHost } from './fleet-host.ts';
import { obstacleOf, silenceOf } from './link.ts';
import type { CoordinatorState } from './state.ts';

/** Whether nobody has anything against a host, or it is time to try it again; it may be away. */
export function isWanted(state: CoordinatorState, host: FleetHost): boolean {
  const record = state.ledger.hosts.get(host.name);
  if (host.listing.off !== null || (record?.closed ?? null) !== null) return false;
  return (record?.quarantine ?? null) === null || isDue(state, host);
}

/** Whether a host that is left out may be given a trial again. */
export const isDue = ({ awakeMs }: CoordinatorState, { doubt: { dueAtMs } }: FleetHost): boolean =>
  dueAtMs !== null && awakeMs >= dueAtMs;

/** Whether it is known that it cannot be reached now. */
export const isAway = ({ link }: FleetHost): boolean => obstacleOf(link) !== null;

/** Whether it is there as well, or will be in a moment. */
export const mayUse = (state: CoordinatorState, host: FleetHost): boolean =>
  isWanted(state, host) && !isAway(host);

/** Whether it was there and was cut off less than `withinMs` ago, and would be used if it were there again. */
export function mayComeBack(state: CoordinatorState, name: HostName, withinMs: number): boolean {
  const host = state.fleet.get(name);
  if (host === undefined || !host.listing.isListed || !isWanted(state, host)) return false;
  const silence = silenceOf(host.link);
  return silence !== null && silence.wasThere && silence.ms < withinMs;
}

/** Whether it is on its way, or has not been away for long. */
export const isExpected = (host: FleetHost): boolean =>
  !isAway(host) || (host.link.kind === 'away' && host.link.silence.ms < patienceMs);
