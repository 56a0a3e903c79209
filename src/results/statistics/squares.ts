import { mean, sum } from 'simple-statistics';

/**
 * Squares of the distances from the mean, added up. Of equal values it is 0, though their mean is rounded.
 *
 * @param values one or more
 */
export function squaresOf(values: readonly number[]): number {
  if (values.every((value) => value === values[0])) return 0;
  const centre = mean([...values]);
  return sum(values.map((value) => (value - centre) ** 2));
}
