/** What is bought with more of something: the Pareto front of a leaderboard. Pure. */
import { own } from '../../model/own.ts';
import type { Objective } from '../../model/result/metrics.ts';
import type { Row } from '../leaderboard.ts';
import { numberOf } from './condition.ts';
import { valueIn } from './row-value.ts';

/**
 * Of the points with all their replicates those of which no other one is at least as good with no more of `cost`: as good by
 * their means, whether chance tells them apart or not. The best one first.
 */
export function frontOf(rows: readonly Row[], { metric, goal }: Objective, cost: string): Row[] {
  const sign = goal === 'maximize' ? 1 : -1;
  const points = rows.flatMap((row) => {
    const value = own(row.metrics, metric)?.mean ?? null;
    const costs = numberOf(valueIn(row, cost) ?? null);
    return row.section !== 'complete' || value === null || costs === null ? [] : [{ row, value, costs }];
  });
  const bestFirst = points.toSorted((a, b) => (b.value - a.value) * sign || a.costs - b.costs);
  let least = Number.POSITIVE_INFINITY;
  return bestFirst.flatMap(({ row, costs }) => {
    if (costs >= least) return [];
    least = costs;
    return [row];
  });
}
