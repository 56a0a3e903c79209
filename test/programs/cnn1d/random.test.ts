import { describe, expect, it } from 'vitest';
import { randomFrom, resumeRandom, shuffled } from '../../../src/programs/cnn1d/random.ts';

describe('the seeded generator', () => {
  it('draws the same for a seed on every machine', () => {
    const random = resumeRandom([1, 2, 3, 4]);
    // The first outputs of the authors' C code (xoshiro128starstar.c) from this state.
    expect(Array.from({ length: 4 }, () => random.bits())).toEqual([11520, 0, 5927040, 70819200]);
  });

  it('has a stream for each seed and purpose', () => {
    const first = (seed: number, purpose: string) => randomFrom(seed, purpose).bits();
    expect(
      new Set([first(1, 'shuffle'), first(2, 'shuffle'), first(1, 'dropout'), first(11, 'shuffle')]).size,
    ).toBe(4);
    expect(first(1, 'shuffle')).toBe(first(1, 'shuffle'));
  });

  it('goes on where its state was taken', () => {
    const random = randomFrom(7, 'resume');
    for (let draw = 0; draw < 10; draw++) random.unit();
    const resumed = resumeRandom(random.state());
    expect(Array.from({ length: 5 }, () => resumed.unit())).toEqual(
      Array.from({ length: 5 }, () => random.unit()),
    );
  });

  it('spreads evenly over [0, 1)', () => {
    const random = randomFrom(3, 'even');
    const bins = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 100_000; draw++) {
      const bin = Math.floor(random.unit() * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    // Five standard deviations of a binomial count.
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(9000));
  });

  it('shuffles without losing or repeating anything', () => {
    const order = shuffled(randomFrom(1, 'order'), 100);
    expect([...order]).not.toEqual([...order].sort((a, b) => a - b));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});
