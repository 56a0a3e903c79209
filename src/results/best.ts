import type { LedgerState, Sweep } from '../ledger/state.ts';
import { pointLabel, tellingParams } from '../model/grid/point-label.ts';
import { resultOf } from './result.ts';
import { compare, type Placed, sectionOf } from './sections.ts';

export interface Best {
  readonly label: string;
  readonly metric: string;
  readonly value: number;
  /** Replicates with a result, and those that the sweep asks for: fewer where no point is complete. */
  readonly done: number;
  readonly declared: number;
}

/** The point that would head the leaderboard now, found without ranking the others: asked while a sweep runs. */
export function bestSoFar(state: LedgerState, sweep: Sweep): Best | null {
  const { objective, axes } = sweep.declaration;
  if (sweep.counts.succeeded === 0) return null;
  let best: { point: Sweep['points'][number]; place: Placed; value: number } | null = null;
  for (const point of sweep.points) {
    let [sum, done, diverged] = [0, 0, 0];
    for (const id of point.trials) {
      const trial = state.trials.get(id);
      const result = trial === undefined ? null : resultOf(state, trial, objective);
      if (result === null) continue;
      done += 1;
      if (result.value === null) diverged += 1;
      else sum += result.value;
    }
    // What has diverged for one seed is named by nobody as the best.
    if (done === 0 || diverged > 0) continue;
    const section = sectionOf({ done, diverged, declared: point.trials.length });
    const value = sum / done;
    const place = { section, mean: value, done, diverged, parameters: point.parameters };
    if (best === null || compare(objective, place, best.place) < 0) best = { point, place, value };
  }
  if (best === null) return null;
  const { point, place, value } = best;
  const label = pointLabel(point, tellingParams(sweep.points, axes));
  return { label, metric: objective.metric, value, done: place.done, declared: point.trials.length };
}
