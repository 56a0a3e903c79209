import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gainsBeside, togetherOn } from '../../src/throttle/sharing.ts';

describe('a GPU is shared', () => {
  it.each([
    [0, 1, true],
    [0.55, 0.55, true],
    [0.6, 0.3, true],
    [0.9, 0.9, false],
    [0.9, 0.3, false],
    [0.3, 0.9, true],
    [0.5, 0.9, false],
  ])('where one that keeps it %f busy has %f beside it: %s', (taken, busy, gains) => {
    expect(gainsBeside(taken, busy)).toBe(gains);
  });

  it('by as many of one kind as are let in one after the other', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 1, noNaN: true }), (busy) => {
        let count = 1;
        while (gainsBeside(count * busy, busy)) count += 1;
        expect(Math.abs(togetherOn(busy) - count)).toBeLessThanOrEqual(1);
        expect(togetherOn(busy) * busy).toBeLessThanOrEqual(1.25 + 1e-9);
      }),
    );
  });

  it('by any number of those that do not keep it busy at all', () => {
    expect(gainsBeside(0.9, 0)).toBe(true);
    expect(togetherOn(0)).toBeGreaterThan(1_000);
  });
});
