/**
 * Student's interval (W. S. Gosset, "The probable error of a mean", Biometrika 6, 1908). None of the project's
 * libraries has the quantile of the t distribution; for whole degrees of freedom it has a closed form to invert.
 */
import { mean, sampleStandardDeviation } from 'simple-statistics';

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

const known = new Map<number, number>();

/** The t that 95 % of Student's distribution lie within, two-sided. `freedom` is a whole number from 1. */
export function studentQuantile95(freedom: number): number {
  const remembered = known.get(freedom);
  if (remembered !== undefined) return remembered;
  // The probability rises with the angle, so halving finds it; 60 halvings are past a double's precision.
  let [below, above] = [0, Math.PI / 2];
  for (let halving = 0; halving < 60; halving += 1) {
    const angle = (below + above) / 2;
    if (probabilityWithin(angle, freedom) < 0.95) below = angle;
    else above = angle;
  }
  const quantile = Math.tan((below + above) / 2) * Math.sqrt(freedom);
  known.set(freedom, quantile);
  return quantile;
}

/** P(|T| ≤ t) with t = √freedom · tan(angle): Abramowitz & Stegun, 26.7.3 (odd) and 26.7.4 (even). */
function probabilityWithin(angle: number, freedom: number): number {
  const odd = freedom % 2 === 1;
  const cosSquared = Math.cos(angle) ** 2;
  let term = odd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let n = odd ? 3 : 2; n <= freedom; n += 2) {
    sum += term;
    term *= (cosSquared * (n - 1)) / n;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
