import { mean } from 'simple-statistics';
import type { TrialId } from '../model/ids.ts';
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { pointLabel, tellingParams } from '../model/grid/point-label.ts';
import type { Objective } from '../model/result/metrics.ts';
import { groupsOf, mayBeFirst } from './groups/groups.ts';
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

/**
 * How many of the complete points may be the best: the first of them, and those that it cannot be told from. Null where
 * nothing can be said of it.
 */
export function rivalsSoFar(state: LedgerState, sweep: Sweep): number | null {
  const { objective } = sweep.declaration;
  const complete = sweep.points.flatMap(({ trials, parameters }) => {
    if (trials.length < 2) return [];
    const values = trials.flatMap((id) => valueOf(state, id, objective) ?? []);
    if (values.length < trials.length) return [];
    const place = {
      section: 'complete',
      mean: mean(values),
      done: values.length,
      diverged: 0,
      parameters,
    } as const;
    return [{ values, place }];
  });
  const ranked = complete.toSorted((one, other) => compare(objective, one.place, other.place));
  return mayBeFirst(
    groupsOf(
      objective,
      ranked.map(({ values }) => values),
    ).groups,
  );
}

function valueOf(state: LedgerState, id: TrialId, objective: Objective): number | null {
  const trial = state.trials.get(id);
  return trial === undefined ? null : (resultOf(state, trial, objective)?.value ?? null);
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
