import * as fc from 'fast-check';
import { mean } from 'simple-statistics';
import { describe, expect, it, test } from 'vitest';
import { groupsOf } from '../../../src/results/groups/groups.ts';
import { lettersOf } from '../../../src/results/groups/letters.ts';
import reference from '../reference.json' with { type: 'json' };

interface Case {
  readonly name: string;
  readonly goal: string;
  readonly points: readonly (readonly number[])[];
  readonly scale: string;
  readonly spread_too_far?: readonly number[];
  readonly variance?: number;
  readonly df?: number;
  readonly q?: number;
  readonly groups: readonly (readonly string[] | null)[];
}
const cases: readonly Case[] = reference.leaderboards;

/** As a leaderboard ranks them, with what becomes of each by its number in the case. */
function judged({ points, goal }: Pick<Case, 'points' | 'goal'>) {
  const isMost = goal === 'maximize';
  const order = points
    .map((values, number) => ({ number, mean: mean([...values]) }))
    .sort((one, other) => (isMost ? other.mean - one.mean : one.mean - other.mean))
    .map(({ number }) => number);
  const grouping = groupsOf(
    { goal: isMost ? 'maximize' : 'minimize' },
    order.map((number) => points[number] ?? []),
  );
  return {
    ...grouping,
    letters: points.map((_, number) => grouping.groups[order.indexOf(number)]?.letters ?? null),
    far: [...grouping.tooFar].map((place) => order[place] ?? -1),
  };
}

describe('groups agree with the reference', () => {
  it.each(cases)('$name', (one) => {
    const { scale, test: by, letters, far } = judged(one);
    expect(letters).toEqual(one.groups);
    expect(far).toEqual(one.spread_too_far ?? []);
    expect(scale).toBe(one.scale);
    expect(by === null).toBe(one.q === undefined);
    if (by === null) return;
    expect(by.freedom).toBe(one.df);
    expect(by.variance / (one.variance ?? 0) - 1).toBeCloseTo(0, 9);
    expect(by.quantile / (one.q ?? 0) - 1).toBeCloseTo(0, 9);
  });
});

describe('groups', () => {
  it('of points that one seed moves as much as they differ are one', () => {
    const { letters } = judged({
      goal: 'maximize',
      points: [
        [0.956, 0.951, 0.96],
        [0.9589, 0.953, 0.962],
      ],
    });
    expect(letters).toEqual([['a'], ['a']]);
  });

  it('a collapsed training hides no difference between the others, and is marked', () => {
    const points = [
      [0.96, 0.961, 0.9605],
      [0.95, 0.9505, 0.951],
      [0.9402, 0.941, 0.9408],
      [0.96, 0.96, 0.06],
    ];
    const { letters, far } = judged({ goal: 'maximize', points });
    expect(far).toEqual([3]);
    expect(letters).toEqual([['a'], ['b'], ['c'], null]);
  });

  it('of replicates that repeat themselves say nothing, whatever their mean is rounded to', () => {
    const points = [0.912, 0.8537, 0.7711].map((value) => [value, value, value]);
    const { letters, far } = judged({ goal: 'maximize', points: [...points, [0.95, 0.94, 0.96]] });
    expect(far).toEqual([]);
    expect(letters.every((one) => one !== null)).toBe(true);
    expect(judged({ goal: 'maximize', points }).letters).toEqual([null, null, null]);
  });

  it('no more than half of the points are marked, however they spread', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 })),
        (points) => {
          const { tooFar } = groupsOf({ goal: 'maximize' }, points);
          expect(tooFar.size * 2).toBeLessThanOrEqual(points.length);
        },
      ),
    );
  });
});

describe('ranges of a ranking', () => {
  const asked = fc
    .integer({ min: 1, max: 12 })
    .chain((count) =>
      fc.tuple(
        fc.constant(count),
        fc.array(fc.boolean(), { minLength: count * count, maxLength: count * count }),
      ),
    );

  test('two points share a letter just where two around them cannot be told apart', () => {
    fc.assert(
      fc.property(asked, ([count, told]) => {
        const isTold = (one: number, other: number): boolean => told[one * count + other] === true;
        const groups = lettersOf(count, isTold);
        for (let better = 0; better < count; better += 1)
          for (let worse = better + 1; worse < count; worse += 1) {
            const around = [];
            for (let above = 0; above <= better; above += 1)
              for (let below = worse; below < count; below += 1) around.push(isTold(above, below));
            const share = groups[better]?.letters.some((letter) => groups[worse]?.letters.includes(letter));
            expect(share).toBe(!around.every(Boolean));
            expect((groups[better]?.last ?? 0) >= worse).toBe(share);
            expect((groups[worse]?.first ?? count) <= better).toBe(share);
          }
      }),
    );
  });

  test('the 27th range has two letters', () => {
    const groups = lettersOf(28, () => true);
    expect([groups[25]?.letters, groups[26]?.letters, groups[27]?.letters]).toEqual([['z'], ['aa'], ['ab']]);
  });
});
