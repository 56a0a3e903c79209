import { mean, sum } from 'simple-statistics';

/** Squares of the distances from the mean, added up. @param values one or more */
export function squaresOf(values: readonly number[]): number {
  const centre = mean([...values]);
  return sum(values.map((value) => (value - centre) ** 2));
}
