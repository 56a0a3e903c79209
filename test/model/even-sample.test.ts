import { describe, expect, it } from 'vitest';
import { drawnPlaces, shuffled } from '../../src/model/grid/sample.ts';
import { chiSquare, unlikely } from './chi-square.ts';

const seedsTo = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

/** Of each drawn place, which value of an axis it has; of a long axis, which of eight turns. */
function digits(sizes: readonly number[], axis: number, seed: number, most: number): number[] {
  const total = productOf(sizes);
  const below = productOf(sizes.slice(axis + 1));
  const size = BigInt(sizes[axis] ?? 1);
  return [...drawnPlaces(total, [sizes], seed, most)].map((place) => Number((place / below) % size) % values);
}
const values = 8;

const productOf = (sizes: readonly number[]): bigint =>
  sizes.reduce((product, size) => product * BigInt(size), 1n);

const k64 = 65_536;
const grids: readonly (readonly [string, readonly number[], axes: readonly number[]])[] = [
  ['fewer than 2^38 points', [4, 1000, 1000, 3], [0, 1, 3]],
  ['2^44 points, all axes powers of two', [4, 2048, 2048, 2048, 512], [0, 3, 4]],
  ['3·2^47 points, the last axis of 3', [2, k64, k64, 32_768, 3], [0, 4]],
  ['2^50 points', [4, k64, k64, 16_384, 4], [0, 3, 4]],
  ['60 switches and 3 words', [...Array.from({ length: 60 }, () => 2), 3], [0, 17, 59, 60]],
  ['10^15 points', [8, 1000, 1000, 1000, 1000, 125, 8], [0, 3, 6]],
  ['4·10^16 points', [10_001, 10_001, 10_001, 10_001, 4], [4]],
  ['more than 2^53 points by one axis', [4, 2, 2 ** 53 - 1, 4], [0, 1, 3]],
  ['10^90 points', [...Array.from({ length: 30 }, () => 1000), 5], [15, 30]],
  ['10^400 points', Array.from({ length: 400 }, () => 8), [0, 200, 399]],
];

describe('a sample draws each value of an axis alike often, whichever seed', () => {
  it.each(grids)('of %s', (_, sizes, axes) => {
    for (const axis of axes) {
      const size = Math.min(sizes[axis] ?? 1, values);
      // Few draws by many seeds, and many by few: the first draws of a seed see other totals than the later ones.
      for (const [seeds, most] of [
        [150, 3],
        [2, 400],
      ] as const) {
        const drawn = seedsTo(seeds).flatMap((seed) => digits(sizes, axis, seed, most));
        expect(chiSquare(drawn, seedsTo(size)), `axis ${axis}`).toBeLessThan(unlikely(size - 1));
      }
    }
  });

  it('and each place once', () => {
    for (const sizes of [
      [3, 5, 7],
      [10_001, 10_001, 10_001, 10_001, 4],
    ])
      expect(new Set(drawnPlaces(productOf(sizes), [sizes], 1, 5000)).size).toBe(
        Math.min(5000, Number(productOf(sizes))),
      );
    expect(new Set(drawnPlaces(6n, [[2, 3]], 4, 99))).toEqual(new Set([0n, 1n, 2n, 3n, 4n, 5n]));
  });

  it('of a list of grids by their sizes', () => {
    const [large, small] = [
      [10_001, 10_001, 10_001, 10_001, 3],
      [10_001, 10_001, 10_001, 10_001],
    ];
    const total = productOf(large) + productOf(small);
    const quarters = seedsTo(4).flatMap((seed) =>
      [...drawnPlaces(total, [large, small], seed, 400)].map((place) =>
        place < productOf(large) ? Number(place % 3n) : 3,
      ),
    );
    expect(chiSquare(quarters, [0, 1, 2, 3])).toBeLessThan(unlikely(3));
  });
});

describe('P3 a sample that was drawn evenly is drawn as it always was', () => {
  it.each([
    ['any of up to 2^38 points', [2 ** 19, 2 ** 10, 2 ** 9]],
    ['2^44 points, all axes powers of two', [4, 2048, 2048, 2048, 512]],
    ['10^15 points', [1000, 1000, 1000, 1000, 1000]],
    ['10^12 points', [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10]],
  ])('%s', (_, sizes) => {
    const total = productOf(sizes);
    expect([...drawnPlaces(total, [sizes], 5, 50)].map(Number)).toEqual([...shuffled(Number(total), 5, 50)]);
  });
});
