import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  guessMemory,
  type Kind,
  noMemories,
  observeMemory,
  oneKind,
  predictMemory,
} from '../../src/predict/memory.ts';

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

  it('as declared, once eight have taken no more and as long as none has', () => {
    const close = (count: number): Seen[] => Array.from({ length: count }, (_, x) => [kind(`b${x}`), 190]);
    expect(predicted(kind('a'), ...close(8))).toBe(200);
    expect(predicted(kind('a'), ...close(7), [kind('c'), 201])).toBeGreaterThan(205);
    // Of a few the next one may take more, and does not where they took far less.
    expect(predicted(kind('a'), ...close(1))).toBeGreaterThan(215);
    expect(predicted(kind('a'), [kind('b'), 100])).toBe(200);
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

  it('by its peak, and what one held that ran out, once one came to its end after all', () => {
    const ranOut: Seen = [kind('a'), 500, true];
    expect(predicted(kind('a'), ranOut, [kind('a'), 400])).toBe(525);
    // Its peak is too short for samples, or another each time: what is feared stays.
    expect(predicted(kind('a'), [kind('a'), 400], ranOut)).toBe(800);
  });

  it('at all of a device once it ran out of what was feared', () => {
    const bytes = predicted(kind('a'), [kind('a'), 500, true], [kind('a'), 500, true]) ?? 0;
    expect(bytes).toBe(Number.MAX_SAFE_INTEGER);
    expect(predicted(kind('a'), [kind('a'), 500, true], [kind('a'), 800, true])).toBe(1_280);
  });
});

describe('what was seen on one kind of GPU', () => {
  const seenOnA = (peakBytes: number, ranOutAtBytes: number | null = null) => {
    const memories = noMemories();
    observeMemory(memories, 'A', kind('a'), { peakBytes, ranOutAtBytes });
    return memories;
  };

  it('is a guess for another, until one was seen there', () => {
    const memories = seenOnA(1_000);
    expect(predictMemory(memories, 'B', kind('a'))).toBe(1_050);
    observeMemory(memories, 'B', kind('a'), { peakBytes: 600, ranOutAtBytes: null });
    expect(predictMemory(memories, 'B', kind('a'))).toBe(630);
    expect(predictMemory(memories, 'A', kind('a'))).toBe(1_050);
  });

  it('raises nothing on another that is known', () => {
    const memories = seenOnA(1_000, 1_000);
    observeMemory(memories, 'B', kind('a'), { peakBytes: 600, ranOutAtBytes: null });
    expect(predictMemory(memories, 'A', kind('a'))).toBe(1_600);
    expect(predictMemory(memories, 'B', kind('a'))).toBe(630);
  });
});

describe('the memory of a shape of which nothing is declared, and that nobody has seen', () => {
  const seen = (...peaks: readonly number[]): number | null => {
    const memories = noMemories();
    for (const [index, peakBytes] of peaks.entries())
      observeMemory(memories, oneKind, kind(`s${index}`, null), { peakBytes, ranOutAtBytes: null });
    return guessMemory(memories, 'launch', 0);
  };

  it('is guessed by the other shapes of its launch, and more the less they tell', () => {
    expect(seen()).toBeNull();
    expect(seen(100)).toBeCloseTo(177, 0);
    const many = seen(...Array.from({ length: 100 }, () => 100)) ?? 0;
    expect(many).toBeGreaterThan(100);
    expect(many).toBeLessThan(115);
    expect(seen(100, 100, 100, 900)).toBeGreaterThanOrEqual(900);
  });

  it('is guessed by what runs of it before any has ended', () => {
    expect(guessMemory(noMemories(), 'launch', 100)).toBeCloseTo(201, 0);
  });
});
