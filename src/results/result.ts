/** What the result of a trial says under a sweep's objective. */
import { answerOf, hasResult } from '../ledger/results.ts';
import type { LedgerState, Trial } from '../ledger/state.ts';
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import type { TrialId } from '../model/ids.ts';
import type { MetricsLine, Objective } from '../model/result/metrics.ts';

export interface Result {
  readonly trial: TrialId;
  readonly end: AttemptEnd;
  /** The line that the objective names: every metric is taken from it. Null where all diverged. */
  readonly line: MetricsLine | null;
  /** Of the objective; null where it is NaN or infinite. */
  readonly value: number | null;
}

/**
 * Null where the trial has no result, or where its result does not hold what this objective asks: it may have been
 * earned for another sweep, whose best line was chosen on another metric.
 */
export function resultOf(state: LedgerState, trial: Trial, objective: Objective): Result | null {
  if (!hasResult(trial.status)) return null;
  const attempt = state.attempts.get(trial.status.attempt);
  if (attempt?.status.kind !== 'ended') return null;
  const answer = answerOf(state, attempt, objective);
  if (answer.kind === 'none') return null;
  const value = answer.kind === 'value' ? answer.value : null;
  return { trial: trial.id, end: attempt.status.end, line: answer.line, value };
}

/** How far a trial had come that was stopped while it ran: the line that the objective names of what it reported. */
export function stoppedLine(state: LedgerState, trial: Trial, objective: Objective): MetricsLine | null {
  if (trial.status.kind !== 'cancelled') return null;
  const attempt = state.attempts.get(trial.status.attempt);
  const answer = attempt === undefined ? null : answerOf(state, attempt, objective);
  return answer?.kind === 'value' ? answer.line : null;
}
