import type { AttemptId } from '../model/ids.ts';
import type { CoordinatorState } from './core/state.ts';

/**
 * Whether nothing is left to do: no trial of an open sweep waits or runs, no host has still to end a second attempt, and
 * what is to come back has come.
 */
export const isAtRest = (state: CoordinatorState): boolean =>
  [...state.ledger.sweeps.values()].every(
    ({ counts, status }) =>
      counts.leased + counts.running === 0 && (status.kind !== 'open' || counts.queued === 0),
  ) &&
  [...state.fleet.values()].every(
    ({ name, link }) => link.kind !== 'ready' || (state.ledger.hosts.get(name)?.open.size ?? 0) === 0,
  ) &&
  [...state.ledger.awaited.keys()].every((attempt) => !mayDeliver(state, attempt));

/** A host that cannot be reached delivers nothing now; the next coordinator asks again. */
function mayDeliver(state: CoordinatorState, attempt: AttemptId): boolean {
  const host = state.ledger.attempts.get(attempt)?.host;
  const link = host === undefined ? undefined : state.fleet.get(host)?.link;
  return link !== undefined && (link.kind !== 'connecting' || link.because === null);
}
