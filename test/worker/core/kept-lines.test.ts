import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsLine } from '../../../src/model/result/metrics.ts';
import { nothingRead } from '../../../src/worker/core/journal-record.ts';
import { keep, type KeptLines, noLines, thin } from '../../../src/worker/core/kept-lines.ts';

const objective = { metric: 'score', goal: 'maximize', at: 'best', selectOnTest: false } as const;

function take(kept: KeptLines, batch: readonly MetricsLine[], ranMs: number): void {
  keep(kept, thin(kept, { lines: batch, standing: null }, objective, ranMs), objective, nothingRead);
}

/** All lines that are kept of batches that come a second apart. */
function keptOf(batches: readonly (readonly MetricsLine[])[]): KeptLines {
  const kept = noLines();
  batches.forEach((batch, second) => take(kept, batch, second * 1_000));
  keep(kept, { lines: [...kept.pending], pending: [], standing: null, read: 0 }, objective, nothingRead);
  return kept;
}

const linesOf = (count: number): MetricsLine[] =>
  Array.from({ length: count }, (_, step) => ({ step, score: step % 7 }));

describe('thinning', () => {
  it('keeps the whole curve of a short trial', () => {
    expect(keptOf([linesOf(50)]).lines).toEqual(linesOf(50));
  });

  it('keeps about a line a second of one that reports each step', () => {
    const kept = keptOf(Array.from({ length: 200 }, () => linesOf(100)));
    expect(kept.lines.length).toBeLessThanOrEqual(62 + 200);
    expect(kept.lines.length).toBeGreaterThanOrEqual(200);
  });

  it('keeps 10,000 lines at most', () => {
    const kept = keptOf(Array.from({ length: 12_000 }, (_, step) => [{ step, score: step }]));
    expect(kept.lines.length).toBeLessThanOrEqual(10_000);
    expect(kept.lines.length).toBeGreaterThan(9_990);
    expect(kept.lines.at(-1)).toEqual({ step: 11_999, score: 11_999 });
    expect(kept.read).toBe(12_000);
  });

  it('keeps the first, the best and the last line, in their order, whatever comes', () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant('NaN'));
    const batches = fc.array(fc.array(value, { maxLength: 90 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(batches, (values) => {
        let step = 0;
        const all = values.map((batch) => batch.map((score): MetricsLine => ({ step: (step += 1), score })));
        const lines = all.flat();
        const kept = keptOf(all).lines;
        const scores = lines.flatMap(({ score }) => (typeof score === 'number' ? [score] : []));
        expect(kept[0]).toEqual(lines[0]);
        expect(kept.at(-1)).toEqual(lines.at(-1));
        if (scores.length > 0) expect(kept.some(({ score }) => score === Math.max(...scores))).toBe(true);
        const steps = kept.map((line) => Number(line['step']));
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
      }),
    );
  });

  it('keeps the line that says it is final, though others come after it', () => {
    const kept = keptOf([[...linesOf(100), { final: true, score: 3 }, { step: 101, score: 1 }]]);
    expect(kept.roles.final).toEqual({ final: true, score: 3 });
    expect(kept.lines).toContainEqual({ final: true, score: 3 });
  });
});

describe('the best line', () => {
  it('is the earliest of equals, but for the final line, which may hold more', () => {
    const epochs = [
      { step: 1, score: 2 },
      { step: 2, score: 3 },
      { step: 3, score: 3 },
    ];
    expect(keptOf([epochs]).roles.best).toEqual({ step: 2, score: 3 });
    const final = { step: 2, score: 3, test_score: 2.5, final: true };
    expect(keptOf([epochs, [final]]).roles.best).toEqual(final);
  });

  it('is not the final line where an earlier one was better', () => {
    const kept = keptOf([[{ step: 1, score: 3 }], [{ step: 2, score: 1, final: true }]]);
    expect(kept.roles.best).toEqual({ step: 1, score: 3 });
  });
});
