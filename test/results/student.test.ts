import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimate, studentQuantile95 } from '../../src/results/student.ts';

describe("Student's interval", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, column 0.975.
  test.each([
    [1, 12.706],
    [2, 4.303],
    [3, 3.182],
    [4, 2.776],
    [5, 2.571],
    [9, 2.262],
    [10, 2.228],
    [29, 2.045],
    [30, 2.042],
    [99, 1.984],
  ])('the quantile for %i degrees of freedom is the published one', (freedom, published) => {
    expect(studentQuantile95(freedom)).toBeCloseTo(published, 3);
  });

  test('with ever more replicates the quantile comes down to the normal one', () => {
    expect(studentQuantile95(1_000_000)).toBeCloseTo(1.959964, 5);
  });

  test('a worked sample: 8, 9, 10 has mean 9 and half-width 4.303 · 1 / √3', () => {
    const { mean, low, high } = estimate([8, 9, 10]);
    expect(mean).toBe(9);
    expect(low).toBeCloseTo(9 - 2.4841, 4);
    expect(high).toBeCloseTo(9 + 2.4841, 4);
  });

  test('a single value has a mean and no interval', () => {
    expect(estimate([0.5])).toEqual({ mean: 0.5, low: null, high: null, spread: null });
    expect(estimate([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, low: null, high: null, spread: 0 });
  });

  const samples = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 });

  test('an interval holds its mean, whatever the values and their order', () => {
    fc.assert(
      fc.property(samples, (values) => {
        // Equal ones have no interval.
        fc.pre(new Set(values).size > 1);
        const { mean, low, high } = estimate(values);
        expect(low).not.toBeNull();
        expect(low).toBeLessThanOrEqual(mean);
        expect(high).toBeGreaterThanOrEqual(mean);
        const shuffled = estimate(values.toReversed());
        expect(shuffled.mean).toBeCloseTo(mean, 6);
      }),
    );
  });

  test('an interval grows with the scale of its values', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const [small, large] = [estimate(values), estimate(values.map((value) => value * 8))];
        const width = ({ low, high }: typeof small) => (high ?? 0) - (low ?? 0);
        expect(width(large)).toBeCloseTo(width(small) * 8, 3);
      }),
    );
  });
});
