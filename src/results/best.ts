import type { LedgerState, Sweep } from '../ledger/state.ts';
import { trialId } from '../model/ids.ts';
import { isBetter, metricOf } from '../model/metrics.ts';
import { pointLabel, tellingParams } from '../model/point-label.ts';
import { resultOf } from './result.ts';

/** The point that would head the leaderboard now, found without ranking the others: asked while a sweep runs. */
export function bestSoFar(
  state: LedgerState,
  sweep: Sweep,
): { readonly label: string; readonly metric: string; readonly value: number } | null {
  const { objective, axes } = sweep.declaration;
  if (sweep.counts.succeeded === 0) return null;
  let best: { point: Sweep['points'][number]; value: number } | null = null;
  for (const point of sweep.points) {
    let [sum, count] = [0, 0];
    for (const id of point.trials) {
      const trial = state.trials.get(trialId(id));
      const result = trial === undefined ? null : resultOf(state, trial, objective);
      if (result === null) continue;
      sum += metricOf(result.line, objective.metric) ?? 0;
      count += 1;
    }
    if (count > 0 && isBetter(objective, sum / count, best?.value ?? null))
      best = { point, value: sum / count };
  }
  if (best === null) return null;
  const label = pointLabel(best.point, tellingParams(sweep.points, axes));
  return { label, metric: objective.metric, value: best.value };
}
