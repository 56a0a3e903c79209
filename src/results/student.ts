/** Student's interval (W. S. Gosset, "The probable error of a mean", Biometrika 6, 1908). */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { upperTailOfF } from './statistics/f-distribution.ts';

/** A mean over replicates with the ends of its 95 % interval, which are null with fewer than two values, or equal ones. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** How far one replicate lies from the mean, as a standard deviation; null with fewer than two. */
  readonly spread: number | null;
}

/**
 * Equal values say nothing of how far others may lie: replicates that repeat themselves are one training.
 *
 * @param values at least one
 */
export function estimate(values: readonly number[]): Estimate {
  const centre = values.every((value) => value === values[0]) ? (values[0] ?? 0) : mean([...values]);
  if (values.every((value) => value === centre))
    return { mean: centre, low: null, high: null, spread: values.length < 2 ? null : 0 };
  const spread = sampleStandardDeviation([...values]);
  const half = (studentQuantile95(values.length - 1) * spread) / Math.sqrt(values.length);
  return { mean: centre, low: centre - half, high: centre + half, spread };
}

/** P(|T| > t) with so many degrees of freedom, which need not be whole: T² is F with 1 above the line. */
export const beyondStudent = (t: number, freedom: number): number => upperTailOfF(t * t, 1, freedom);

const known = new Map<number, number>();

/** The t that 95 % of Student's distribution lie within, two-sided, with so many degrees of freedom. */
export function studentQuantile95(freedom: number): number {
  const remembered = known.get(freedom);
  if (remembered !== undefined) return remembered;
  // By the angle t = √freedom · tan(angle): 60 halvings of a right angle are past a double's precision.
  let [below, above] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving += 1) {
    const angle = (below + above) / 2;
    if (beyondStudent(Math.tan(angle) * Math.sqrt(freedom), freedom) > 0.05) below = angle;
    else above = angle;
  }
  const quantile = Math.tan((below + above) / 2) * Math.sqrt(freedom);
  known.set(freedom, quantile);
  return quantile;
}
