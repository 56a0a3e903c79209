import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { shuffled } from '../../src/model/grid/sample.ts';

describe('P3 a sample', () => {
  it('is what it has always been for its seed: trials that are done are of these points', () => {
    expect([...shuffled(10, 7, 10)]).toEqual([9, 8, 6, 3, 4, 0, 5, 7, 1, 2]);
    expect([...shuffled(147, 1, 5)]).toEqual([95, 123, 60, 78, 44]);
    expect([...shuffled(10 ** 15, 1, 3)]).toEqual([650030090330648, 838708004977906, 403242986777497]);
  });

  it('is drawn by the first 48 bits of SHA-256("seed:draw")', () => {
    const bits = createHash('sha256').update('7:0').digest('hex').slice(0, 12);
    expect(shuffled(1_000, 7, 1).next().value).toBe(
      Math.floor((Number.parseInt(bits, 16) / 2 ** 48) * 1_000),
    );
  });
});
