/** McNemar's test of two networks on the same clips, exact (Q. McNemar, Psychometrika 12, 1947). */
import { gammaln as logGamma } from 'simple-statistics';

/**
 * The p-value, two-sided: of the clips that only one of both got right, each was as likely to be the other's.
 *
 * @param onlyA clips that A alone got right
 */
export function mcnemar(onlyA: number, onlyB: number): number {
  const [fewer, all] = [Math.min(onlyA, onlyB), onlyA + onlyB];
  let tail = 0;
  for (let right = 0; right <= fewer; right += 1) tail += Math.exp(logChoose(all, right) - all * Math.LN2);
  return Math.min(1, 2 * tail);
}

const logChoose = (of: number, some: number): number =>
  logGamma(of + 1) - logGamma(some + 1) - logGamma(of - some + 1);
