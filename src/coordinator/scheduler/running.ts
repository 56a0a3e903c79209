import type { Attempt } from '../../ledger/state.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';

export interface Running {
  readonly attempt: Attempt;
  readonly device: string;
  readonly seconds: number;
}

/** What runs on a host, and for how long it has. @param now wall clock in ms */
export const runningOn = ({ ledger }: CoordinatorState, { name }: FleetHost, now: number): Running[] =>
  [...(ledger.hosts.get(name)?.running ?? [])].flatMap((id) => {
    const attempt = ledger.attempts.get(id);
    if (attempt?.status.kind !== 'running') return [];
    const { device, at } = attempt.status;
    return [{ attempt, device, seconds: Math.max(0, now - at) / 1_000 }];
  });
