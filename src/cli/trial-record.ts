import type { Attempt, LedgerState, Trial } from '../ledger/state.ts';

/** A trial's attempts in the order in which they were leased. */
export const attemptsOf = (state: LedgerState, trial: Trial): Attempt[] =>
  trial.attempts.flatMap((id) => state.attempts.get(id) ?? []);

/** The attempt that a person asks about: the one that counts, else the one that came last; null before any. */
export function lastAttempt(state: LedgerState, trial: Trial): Attempt | null {
  const current = 'attempt' in trial.status ? trial.status.attempt : null;
  return (current === null ? null : state.attempts.get(current)) ?? attemptsOf(state, trial).at(-1) ?? null;
}
