import type { AttemptEnd } from './attempt-end.ts';
import { isNotFinite, type MetricsLine, metricOf, type Objective } from './metrics.ts';
import { objectiveLine } from './objective-line.ts';
import { own } from '../own.ts';

/** What a result says to an objective, which may be another than the one that it was earned for. */
export type Answer =
  | { readonly kind: 'value'; readonly line: MetricsLine; readonly value: number }
  /** NaN or infinite. `line`: where that stands; null where it is so in every line. */
  | { readonly kind: 'diverged'; readonly line: MetricsLine | null }
  /** Its lines do not hold this metric, or its best line was chosen on another one. */
  | { readonly kind: 'none' };

/** @param judgedBy the objective on which the best line was chosen */
export function answerTo(
  objective: Objective,
  end: Pick<AttemptEnd, 'outcome' | 'best' | 'final'>,
  judgedBy: Objective,
): Answer {
  const { metric } = objective;
  const line = objectiveLine(end, objective, judgedBy);
  const value = metricOf(line, metric);
  if (line !== null && value !== null) return { kind: 'value', line, value };
  if (line !== null && isNotFinite(own(line, metric))) return { kind: 'diverged', line };
  // No line was finite, or one would be the best.
  const isSaid = end.outcome.kind === 'diverged' && end.best === null && judgedBy.metric === metric;
  return isSaid && objective.at === 'best' ? { kind: 'diverged', line: end.final } : { kind: 'none' };
}
