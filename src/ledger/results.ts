/** Results of trials, and how each sweep that holds a trial sees its result. */
import { type Answer, answerTo } from '../model/result/answer.ts';
import type { Objective } from '../model/result/metrics.ts';
import type { AttemptId, TrialId } from '../model/ids.ts';
import type { Attempt, LedgerState, Sweep, Trial, TrialStatus } from './state.ts';

type Settled = Extract<TrialStatus, { readonly kind: 'succeeded' | 'diverged' }>;

/** Whether a trial has the result that counts: it is not trained again (P3). */
export const hasResult = (status: TrialStatus): status is Settled =>
  status.kind === 'succeeded' || status.kind === 'diverged';

/** Whether a ledger has the result of a trial, which it may not know at all. */
export function isDone({ trials }: Pick<LedgerState, 'trials'>, id: TrialId): boolean {
  const status = trials.get(id)?.status;
  return status !== undefined && hasResult(status);
}

/** What an attempt says to an objective; nothing before it has ended. */
export function answerOf(
  { launches }: Pick<LedgerState, 'launches'>,
  { status, importedFrom, launch }: Attempt,
  objective: Objective,
): Answer {
  if (status.kind !== 'ended') return { kind: 'none' };
  const judgedBy = importedFrom === null ? launches.get(launch)?.objective : importedFrom.judgedBy;
  return answerTo(objective, status.end, judgedBy ?? objective);
}

/**
 * The status of a trial as its sweep counts it: the same training may have diverged in one metric and have a value in
 * another.
 */
export const kindIn = (
  { diverged }: Pick<Sweep, 'diverged'>,
  { id }: Trial,
  status: TrialStatus,
): TrialStatus['kind'] => (!hasResult(status) ? status.kind : diverged.has(id) ? 'diverged' : 'succeeded');

/** Keeps `diverged` of a sweep what it is. @param status what the trial has, or is about to have */
export function noteDivergence(
  state: LedgerState,
  { diverged, declaration }: Sweep,
  { id }: Trial,
  status: TrialStatus,
): void {
  if (hasResult(status) && isDiverged(state, status.attempt, declaration.objective)) diverged.add(id);
  else diverged.delete(id);
}

function isDiverged(state: LedgerState, id: AttemptId, objective: Objective): boolean {
  const attempt = state.attempts.get(id);
  return attempt !== undefined && answerOf(state, attempt, objective).kind === 'diverged';
}
