import { describe, expect, it } from 'vitest';
import { upperTailOfF } from '../../../src/results/statistics/f-distribution.ts';
import { upperTail } from '../../../src/results/statistics/normal.ts';
import { StudentizedRange } from '../../../src/results/statistics/studentized-range.ts';
import { studentQuantile95 } from '../../../src/results/student.ts';
import reference from '../reference.json' with { type: 'json' };

/** To so many digits all figures agree with SciPy's. */
const relative = 1e-9;
const expectNear = (found: number, expected: number): void =>
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(relative * Math.max(Math.abs(expected), 1e-300));

describe('distributions agree with SciPy', () => {
  it.each(reference.studentizedRange)(
    'the studentized range of $points points, $df degrees of freedom',
    (one) => {
      const range = new StudentizedRange(one.points, one.df);
      expectNear(range.quantile(0.05), one.q95);
      expect(range.tail(4)).toBeCloseTo(one.p_at_q_4, 9);
    },
  );

  it('the studentized range of two points is Student’s t by the root of 2, from 1 degree of freedom on', () => {
    for (const freedom of [1, 2, 3, 7, 20, 300, 5_000])
      expectNear(new StudentizedRange(2, freedom).quantile(0.05), studentQuantile95(freedom) * Math.SQRT2);
  });

  it('3,333 points take under 200 ms', () => {
    const took = [1, 20, 6_666].map((freedom) => {
      const before = process.cpuUsage().user;
      new StudentizedRange(3_333, freedom).quantile(0.05);
      return (process.cpuUsage().user - before) / 1_000;
    });
    expect(Math.max(...took)).toBeLessThan(200);
  });

  it.each(reference.fUpper)('F of $df1 and $df2 degrees of freedom', ({ a, df1, df2, f }) => {
    expectNear(upperTailOfF(f, df1, df2), a);
  });

  it.each(reference.student975)("Student's t of $df degrees of freedom", ({ df, t }) => {
    expectNear(studentQuantile95(df), t);
  });

  // Abramowitz & Stegun, tables 26.1 and 26.2.
  it.each([
    [0, 0.5],
    [1, 0.158655253931457],
    [-1, 0.841344746068543],
    [3, 1.349898031630095e-3],
    [10, 7.619853024160525e-24],
  ])('the normal tail beyond %d', (x, tail) => {
    expectNear(upperTail(x), tail);
  });
});
