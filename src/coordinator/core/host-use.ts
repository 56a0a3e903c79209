import type { CoordinatorState, FleetHost } from './state.ts';

/** Whether nobody has anything against a host; it may be away. */
export function isWanted(state: CoordinatorState, { name, link }: FleetHost): boolean {
  const record = state.ledger.hosts.get(name);
  return link.kind !== 'off' && (record === undefined || (record.closed ?? record.quarantine) === null);
}

/** What was asked may have been heard, and its answer lost: what the host says that it holds tells. */
export function forgetConnection(host: FleetHost): void {
  host.launches.clear();
  host.asked.clear();
  host.heldSince = null;
  host.stuck = null;
  host.doing = null;
}

/** Whether it is there as well, or will be in a moment. */
export const mayUse = (state: CoordinatorState, host: FleetHost): boolean =>
  isWanted(state, host) && (host.link.kind !== 'connecting' || host.link.because === null);
