import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Kind, noMemories, observeMemory, oneKind, predictMemory } from '../../src/predict/memory.ts';

const kind = (shape: string, declaredBytes: number | null = 200): Kind => ({
  launch: 'launch',
  shape,
  declaredBytes,
});

type Seen = readonly [kind: Kind, peakBytes: number, ranOut?: boolean];

function predicted(asked: Kind, ...seen: readonly Seen[]): number | null {
  const memories = noMemories();
  for (const [of, peakBytes, ranOut = false] of seen)
    observeMemory(memories, oneKind, of, { peakBytes, ranOutAtBytes: ranOut ? peakBytes : null });
  return predictMemory(memories, oneKind, asked);
}

describe('the memory of a trial is predicted', () => {
  it('as declared, before anything of its launch was seen', () => {
    expect(predicted(kind('a'))).toBe(200);
    expect(predicted(kind('a', null))).toBeNull();
    expect(predicted(kind('a'), [{ ...kind('b'), launch: 'another' }, 900])).toBe(200);
  });

  it('by what others of its launch took beside what was declared of them, and two spreads more', () => {
    const thrice = (shape: string): Seen => [kind(shape, 100), 300];
    // One says little of the spread, a hundred say that there is none.
    expect(predicted(kind('a'), thrice('b'))).toBeCloseTo(600 * Math.exp(2 * 0.1 * Math.sqrt(2 / 3)));
    const many = Array.from({ length: 100 }, (_, index) => thrice(`b${index}`));
    expect(predicted(kind('a'), ...many)).toBeLessThan(600 * 1.04);
  });

  it('as declared, as long as none has taken more', () => {
    expect(predicted(kind('a'), [kind('b'), 199], [kind('c'), 150])).toBe(200);
    expect(predicted(kind('a'), [kind('b'), 201], [kind('c'), 150])).toBeGreaterThan(200);
  });

  it('by its own shape once that was seen', () => {
    expect(predicted(kind('a'), [kind('a'), 400], [kind('b'), 2_000])).toBe(420);
    expect(predicted(kind('a', null), [kind('a', null), 400])).toBe(420);
  });

  it('at 1.6 times what one had that ran out', () => {
    expect(predicted(kind('a'), [kind('a'), 500, true])).toBe(800);
    expect(predicted(kind('a', null), [kind('a', null), 500, true])).toBe(800);
    // It may have run out at its first step, long before a sample.
    expect(predicted(kind('a'), [kind('a'), 0, true])).toBe(320);
    expect(predicted(kind('b'), [kind('a'), 500, true])).toBe(200);
  });

  it('never under what is declared, and never under what was seen', () => {
    const seen = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 1_000 }), fc.nat(2_000), fc.boolean());
    fc.assert(
      fc.property(fc.array(seen), fc.integer({ min: 1, max: 1_000 }), (all, declared) => {
        const given = all.map(([shape, of, peak, ranOut]): Seen => [kind(`s${shape}`, of), peak, ranOut]);
        const bytes = predicted(kind('s0', declared), ...given) ?? 0;
        const own = given.filter(([of]) => of.shape === 's0').map(([, peak]) => peak);
        expect(bytes).toBeGreaterThanOrEqual(Math.max(declared, ...own));
        expect(Number.isFinite(bytes)).toBe(true);
      }),
    );
  });
});
