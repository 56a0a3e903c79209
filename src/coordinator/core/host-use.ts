import type { CoordinatorState, FleetHost } from './state.ts';

/** Whether a host is there, or will be in a moment, and nobody has anything against it. */
export function mayUse(state: CoordinatorState, { name, link }: FleetHost): boolean {
  const record = state.ledger.hosts.get(name);
  if (record !== undefined && (record.closed ?? record.quarantine) !== null) return false;
  return link.kind !== 'off' && (link.kind !== 'connecting' || link.because === null);
}
