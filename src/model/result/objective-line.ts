import type { AttemptEnd } from './attempt-end.ts';
import type { MetricsLine, Objective } from './metrics.ts';

/**
 * The line of an end that an objective names; null where the end does not hold it, since its best line was chosen on
 * another metric.
 *
 * @param judgedBy the objective on which the best line was chosen
 */
export function objectiveLine(
  end: Pick<AttemptEnd, 'best' | 'final'>,
  objective: Objective,
  judgedBy: Objective,
): MetricsLine | null {
  if (objective.at === 'final') return end.final;
  return judgedBy.metric === objective.metric && judgedBy.goal === objective.goal ? end.best : null;
}
