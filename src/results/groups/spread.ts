/** How far replicates of one point lie apart by chance: one figure for all points, since each has few of them. */
import { mean, sum } from 'simple-statistics';
import { upperTailOfF } from '../statistics/f-distribution.ts';
import { squaresOf } from '../statistics/squares.ts';

/** What is known of the values of a point, on the scale on which points are compared. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Squares of the distances from the mean, added up. */
  readonly squares: number;
}

export interface Variance {
  readonly variance: number;
  /** Degrees of freedom. */
  readonly freedom: number;
}

/** So many honest points in a hundred sweeps are taken for one that spreads too far. */
const mistaken = 0.01;
/** Of the points, counted from the best, whose spread counts by itself: these are what the comparison is about. */
const bestShare = 1 / 4;
/** With less, a variance may be too small by half. */
const leastFreedom = 20;

/** @param values two or more */
export const summaryOf = (values: readonly number[]): Summary => ({
  count: values.length,
  mean: mean([...values]),
  squares: squaresOf(values),
});

/** All points together, as if each had the same variance. */
export function pooled(points: readonly Summary[]): Variance {
  const freedom = sum(points.map(({ count }) => count - 1));
  return { variance: sum(points.map(({ squares }) => squares)) / freedom, freedom };
}

/**
 * The points that spread farther than all others together: a training that collapsed in one of them would hide every
 * difference between the others. At most half.
 */
export function spreadTooFar<Point extends Summary>(points: readonly Point[]): ReadonlySet<Point> {
  const far = new Set<Point>();
  let rest = points;
  while (2 * (far.size + 1) <= points.length) {
    const widest = widestOf(rest);
    const others = rest.filter((point) => point !== widest);
    if (widest === undefined || !isFar(widest, others, mistaken / points.length)) break;
    far.add(widest);
    rest = others;
  }
  return far;
}

function widestOf<Point extends Summary>(points: readonly Point[]): Point | undefined {
  const own = ({ squares, count }: Summary): number => squares / (count - 1);
  return points.reduce<Point | undefined>(
    (widest, point) => (widest === undefined || own(point) > own(widest) ? point : widest),
    undefined,
  );
}

function isFar({ squares, count }: Summary, others: readonly Summary[], chance: number): boolean {
  const { variance, freedom } = pooled(others);
  // Beside points that repeat themselves any spread would be too far.
  if (!(variance > 0)) return false;
  return upperTailOfF(squares / (count - 1) / variance, count - 1, freedom) < chance;
}

/**
 * Pooled, or that of the best points alone where they spread farther: otherwise the calm of bad ones would tell good
 * ones apart.
 *
 * @param points the best first
 */
export function varianceOf(points: readonly Summary[]): Variance {
  const all = pooled(points);
  const best = pooled(bestOf(points));
  return best.freedom >= leastFreedom && best.variance > all.variance ? best : all;
}

function bestOf(points: readonly Summary[]): readonly Summary[] {
  let [count, freedom] = [0, 0];
  for (const point of points) {
    if (count >= points.length * bestShare && freedom >= leastFreedom) break;
    count += 1;
    freedom += point.count - 1;
  }
  return points.slice(0, count);
}
