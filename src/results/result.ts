/** What the result of a trial says under a sweep's objective. */
import type { LedgerState, Trial } from '../ledger/state.ts';
import type { AttemptEnd } from '../model/attempt-end.ts';
import type { TrialId } from '../model/ids.ts';
import { type MetricsLine, metricOf, type Objective } from '../model/metrics.ts';
import { objectiveLine } from '../model/objective-line.ts';

export interface Result {
  readonly trial: TrialId;
  readonly end: AttemptEnd;
  /** The line that the objective names: every metric is taken from it. */
  readonly line: MetricsLine;
}

/**
 * Null where the trial has not succeeded, or where its result does not hold what this objective asks: it may have
 * been earned for another sweep, whose best line was chosen on another metric.
 */
export function resultOf(state: LedgerState, trial: Trial, objective: Objective): Result | null {
  if (trial.status.kind !== 'succeeded') return null;
  const attempt = state.attempts.get(trial.status.attempt);
  if (attempt?.status.kind !== 'ended') return null;
  const { end } = attempt.status;
  const { importedFrom, launch } = attempt;
  const judgedBy = importedFrom === null ? state.launches.get(launch)?.objective : importedFrom.judgedBy;
  const line = objectiveLine(end, objective, judgedBy ?? objective);
  return line === null || metricOf(line, objective.metric) === null ? null : { trial: trial.id, end, line };
}

/** Where a line stands, not how good it is. */
const position: ReadonlySet<string> = new Set(['step', 'final']);

/** The finite numbers of a line, by name. */
export function metricsOf(line: MetricsLine): [string, number][] {
  return Object.keys(line).flatMap((name) => {
    const value = position.has(name) ? null : metricOf(line, name);
    return value === null ? [] : [[name, value] as [string, number]];
  });
}

/** Whether two replicates reported the same in every line, which two seeds do not. */
export function isSeedIgnored(ends: readonly AttemptEnd[]): boolean {
  const reported = ends
    .filter(({ metricsCount }) => metricsCount > 0)
    .map(({ metricsCount, metricsHash, final }) => JSON.stringify([metricsCount, metricsHash, final]));
  return new Set(reported).size < reported.length;
}
