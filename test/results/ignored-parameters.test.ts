import { describe, expect, test } from 'vitest';
import type { Params } from '../../src/model/grid/params.ts';
import type { MetricsLine } from '../../src/model/result/metrics.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { leaderboardLines } from '../../src/results/leaderboard-table.ts';
import { accuracy, diverged, idOf, LedgerBuilder } from '../ledger-builder.ts';

type Curve = (params: Params, seed: number) => readonly MetricsLine[] | null;

/** A sweep over all these points; null: the trial has not ended. */
function swept(points: readonly Params[], curve: Curve, replicates = 1) {
  const built = new LedgerBuilder();
  const sweep = built.declare({
    points: points.map((params) => ({ params })),
    replicates,
    objective: { ...accuracy, at: 'final' },
  });
  for (const params of points)
    for (let seed = 1; seed <= replicates; seed += 1) {
      const lines = curve(params, seed);
      const last = lines?.at(-1);
      if (lines === null || last === undefined) continue;
      if (last['val_accuracy'] === 'NaN') built.end(idOf(params, seed), diverged('val_accuracy'));
      else
        built.succeed(idOf(params, seed), last, {
          best: bestOf(lines),
          metricsCount: lines.length,
          metricsHash: JSON.stringify(lines),
        });
    }
  return leaderboard(built.state, built.sweep(sweep));
}

/** Of equals the first, as an agent chooses it. */
const bestOf = (lines: readonly MetricsLine[]): MetricsLine | null =>
  lines.reduce<MetricsLine | null>(
    (best, line) =>
      best === null || Number(line['val_accuracy']) > Number(best['val_accuracy']) ? line : best,
    null,
  );

const grid = (axes: Record<string, readonly number[]>): Params[] =>
  Object.entries(axes).reduce<Params[]>(
    (points, [name, values]) =>
      points.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );

/** Three lines that depend on these parameters alone. */
const reads =
  (...names: readonly string[]): Curve =>
  (params, seed) =>
    [1, 2, 3].map((step) => ({
      step,
      val_accuracy: names.reduce((sum, name) => sum + Number(params[name] ?? 0) / 50, step / 1_000 + seed),
    }));

const dropouts = grid({ layers: [2, 3], dropout: [0, 0.5] });

describe('a parameter that a program does not read', () => {
  test('is found by the pairs of points that differ in it alone', () => {
    expect(swept(dropouts, reads('layers')).ignored).toEqual([{ parameter: 'dropout', pairs: 2 }]);
    expect(swept(dropouts, reads('layers', 'dropout')).ignored).toEqual([]);
    expect(swept(grid({ dropout: [0, 0.25, 0.5] }), reads()).ignored).toEqual([
      { parameter: 'dropout', pairs: 3 },
    ]);
  });

  test('is asked after in the notes of the table', () => {
    expect(leaderboardLines(swept(dropouts, reads('layers')), 100, { limit: 20, only: null }).at(-1)).toBe(
      'dropout changes nothing between these points: does the program read it?',
    );
  });

  test('is compared for the same seed alone, over the trials that have ended so far', () => {
    expect(swept(dropouts, reads('layers'), 3).ignored).toEqual([{ parameter: 'dropout', pairs: 2 }]);
    // Of each pair only other seeds have ended.
    const apart: Curve = (params, seed) =>
      (params['dropout'] === 0) === (seed === 1) ? reads('layers')(params, seed) : null;
    expect(swept(dropouts, apart, 2).ignored).toEqual([]);
  });

  test('makes at least two pairs, and each pair agrees', () => {
    expect(swept(grid({ dropout: [0, 0.5] }), reads()).ignored).toEqual([]);
    // It matters with batch normalisation alone.
    const once: Curve = (params, seed) => reads(...(params['layers'] === 3 ? ['dropout'] : []))(params, seed);
    expect(swept(grid({ layers: [1, 2, 3], dropout: [0, 0.5] }), once).ignored).toEqual([]);
  });

  test('is not told by single accuracies, which agree by chance, but by a loss', () => {
    const last =
      (more: MetricsLine): Curve =>
      (params, seed) =>
        (reads('layers')(params, seed) ?? []).slice(-1).map((line) => ({ ...line, ...more }));
    expect(swept(dropouts, last({})).ignored).toEqual([]);
    const loss = last({ loss: 0.31 });
    expect(swept(dropouts, loss).ignored).toHaveLength(1);
  });

  test('is not told by networks that have diverged or collapsed, whatever their parameters', () => {
    const nan: Curve = () => [{ val_accuracy: 'NaN' }];
    expect(swept(dropouts, nan).ignored).toEqual([]);
    // Where it diverges with one value alone, that value makes a difference.
    const once: Curve = (params, seed) => (params['dropout'] === 0.5 ? nan : reads('layers'))(params, seed);
    expect(swept(dropouts, once).ignored).toEqual([]);
    const dead: Curve = () => [1, 2, 3].map((step) => ({ step, val_accuracy: 0.1, loss: 'NaN' }));
    expect(swept(dropouts, dead).ignored).toEqual([]);
    const flat =
      (value: (params: Params) => number): Curve =>
      (params) =>
        [1, 2, 3].map((step) => ({ step, val_accuracy: value(params) }));
    expect(
      swept(
        dropouts,
        flat(() => 0.1),
      ).ignored,
    ).toEqual([]);
    // Nothing changes from line to line, but other points say other figures.
    expect(
      swept(
        dropouts,
        flat(({ layers }) => Number(layers) / 10),
      ).ignored,
    ).toHaveLength(1);
  });

  test('is not `patience`, nor a number of epochs that early stopping may have cut short', () => {
    const points = grid({ layers: [2, 3], patience: [5, 10], epochs: [50, 100] });
    expect(swept(points, reads('layers')).ignored).toEqual([]);
    // Without patience: three lines are fewer than five epochs, and more than two.
    expect(swept(grid({ layers: [2, 3], epochs: [5, 10] }), reads('layers')).ignored).toEqual([]);
    expect(swept(grid({ layers: [2, 3], epochs: [1, 2] }), reads('layers')).ignored).toEqual([
      { parameter: 'epochs', pairs: 2 },
    ]);
  });

  test('may have any name', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      const points = [2, 3].flatMap((layers) =>
        [0, 1].map((value) => ({ layers, ...(JSON.parse(`{"${name}": ${value}}`) as Params) })),
      );
      expect(swept(points, reads('layers')).ignored).toEqual([{ parameter: name, pairs: 2 }]);
    }
  });
});
