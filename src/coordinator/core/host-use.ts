import type { CoordinatorState, FleetHost } from './state.ts';

/** Whether nobody has anything against a host; it may be away. */
export function isWanted(state: CoordinatorState, { name, link }: FleetHost): boolean {
  const record = state.ledger.hosts.get(name);
  return link.kind !== 'off' && (record === undefined || (record.closed ?? record.quarantine) === null);
}

/** Whether it is there as well, or will be in a moment. */
export const mayUse = (state: CoordinatorState, host: FleetHost): boolean =>
  isWanted(state, host) && (host.link.kind !== 'connecting' || host.link.because === null);
