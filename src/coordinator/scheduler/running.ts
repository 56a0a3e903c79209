import type { Attempt } from '../../ledger/state.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** Attempts of a host that are looked at one by one: those that run are the first that it holds, or nearly. */
export const lookAhead = 128;

/** What runs on a host, and for how long it has. @param now wall clock in ms */
export function* runningOn(
  state: CoordinatorState,
  host: FleetHost,
  now: number,
): Generator<{ readonly attempt: Attempt; readonly device: string; readonly seconds: number }> {
  let looked = 0;
  for (const id of state.ledger.hosts.get(host.name)?.open ?? []) {
    const attempt = state.ledger.attempts.get(id);
    if (attempt?.status.kind === 'running') {
      const { device, at } = attempt.status;
      yield { attempt, device, seconds: Math.max(0, now - at) / 1_000 };
    }
    if ((looked += 1) >= lookAhead) return;
  }
}
