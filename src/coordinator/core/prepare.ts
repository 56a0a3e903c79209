import type { FleetHost, CoordinatorState } from './state.ts';
import type { Turn } from './turn.ts';

/** Has a host made ready for a launch. */
export function prepare(state: CoordinatorState, turn: Turn, host: FleetHost, launch: string): void {
  const spec = state.ledger.launches.get(launch);
  if (spec === undefined) return;
  host.launches.set(launch, { kind: 'preparing' });
  turn.instruct({ kind: 'prepare', host: host.name, launch, spec });
}

/**
 * Brings a host the values that what waits there is passed: an agent that began anew has them no more, and nothing
 * else would send them once all is leased.
 */
export function bringPassed(state: CoordinatorState, turn: Turn, host: FleetHost): void {
  for (const id of state.ledger.hosts.get(host.name)?.open ?? []) {
    const attempt = state.ledger.attempts.get(id);
    if (attempt === undefined || attempt.status.kind !== 'leased' || host.launches.has(attempt.launch))
      continue;
    if ((state.ledger.launches.get(attempt.launch)?.passEnv.length ?? 0) > 0)
      prepare(state, turn, host, attempt.launch);
  }
}
