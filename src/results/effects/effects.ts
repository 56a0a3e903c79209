/**
 * What a change of one parameter does: for each pair of its values the difference of the objective, over all points of a
 * sweep that differ in nothing else. Pure.
 */
import { canonicalJson } from '../../model/grid/canonical.ts';
import { tellingParams } from '../../model/grid/point-label.ts';
import { own } from '../../model/own.ts';
import type { ParamValue } from '../../model/value.ts';
import type { Leaderboard, Row } from '../leaderboard.ts';
import { type Estimate, estimate } from '../student.ts';

export interface Effect extends Omit<Estimate, 'spread'> {
  readonly parameter: string;
  readonly from: ParamValue;
  readonly to: ParamValue;
  /** Pairs of points, and those of them in which `to` is the better one. */
  readonly pairs: number;
  readonly better: number;
}

/** Of points with all their replicates, each by its mean. In the order of the axes, and of their values in the sweep. */
export function effectsOf(board: Leaderboard): Effect[] {
  const { objective, axes } = board;
  const all = [...board.rows, ...board.unranked];
  const names = [
    ...tellingParams(all, axes),
    ...(all.some(({ case: named }) => named !== null) ? [caseName] : []),
  ];
  const points = board.rows.flatMap((row): Point[] => {
    const value = own(row.metrics, objective.metric)?.mean ?? null;
    if (row.section !== 'complete' || value === null) return [];
    return [{ values: names.map((name) => valueOf(row, name)), value }];
  });
  const sign = objective.goal === 'maximize' ? 1 : -1;
  return names.flatMap((name, place) => effectsOfParameter(name, place, points, sign));
}

interface Point {
  /** One for each name. */
  readonly values: readonly ParamValue[];
  readonly value: number;
}

/** Of more values only neighbours are compared: all pairs of a thousand learning rates nobody reads. */
const mostCompared = 12;

const caseName = 'case';
const valueOf = (row: Row, name: string): ParamValue =>
  name === caseName ? row.case : (own(row.params, name) ?? null);

function effectsOfParameter(
  parameter: string,
  place: number,
  points: readonly Point[],
  sign: 1 | -1,
): Effect[] {
  const values = new Map(points.map(({ values: all }) => [canonicalJson(all[place]), all[place] ?? null]));
  const alike = Map.groupBy(points, ({ values: all }) => canonicalJson(all.toSpliced(place, 1)));
  const groups = [...alike.values()].map(
    (group) => new Map(group.map((point) => [canonicalJson(point.values[place]), point.value])),
  );
  const keys = [...values].toSorted(([, one], [, other]) => compareValues(one, other)).map(([key]) => key);
  return keys.flatMap((to, index) =>
    keys.slice(keys.length > mostCompared ? Math.max(0, index - 1) : 0, index).flatMap((from): Effect[] => {
      const differences = groups.flatMap((group) => {
        const [before, after] = [group.get(from), group.get(to)];
        return before === undefined || after === undefined ? [] : [after - before];
      });
      if (differences.length === 0) return [];
      const { mean, low, high } = estimate(differences);
      const better = differences.filter((difference) => difference * sign > 0).length;
      const ends = { from: values.get(from) ?? null, to: values.get(to) ?? null };
      return [{ parameter, ...ends, mean, low, high, pairs: differences.length, better }];
    }),
  );
}

/** Numbers by size; all else stays in the order of the ranking. */
const compareValues = (one: ParamValue, other: ParamValue): number =>
  typeof one === 'number' && typeof other === 'number' ? one - other : 0;
