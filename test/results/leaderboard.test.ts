import { describe, expect, test } from 'vitest';
import type { SweepName } from '../../src/model/ids.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';

const board = (built: LedgerBuilder, sweep: SweepName) => leaderboard(built.state, built.sweep(sweep));

describe('leaderboard', () => {
  test('points are ranked on the mean of the objective over their replicates', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }, { params: { x: 2 } }], replicates: 2 });
    built.succeed(idOf({ x: 1 }, 1), { val_accuracy: 0.9 });
    built.succeed(idOf({ x: 1 }, 2), { val_accuracy: 0.5 });
    built.succeed(idOf({ x: 2 }, 1), { val_accuracy: 0.8 });
    built.succeed(idOf({ x: 2 }, 2), { val_accuracy: 0.7 });
    const { rows } = board(built, sweep);
    expect(
      rows.map(({ rank, params, metrics }) => [rank, params['x'], metrics['val_accuracy']?.mean]),
    ).toEqual([
      [1, 2, 0.75],
      [2, 1, 0.7],
    ]);
    expect(rows.map(({ groups, ranks }) => [groups, ranks])).toEqual([
      [['a'], [1, 2]],
      [['a'], [1, 2]],
    ]);
    expect(rows[0]).toMatchObject({ replicates: { done: 2, declared: 2 }, seedIgnored: false });
    expect(rows[0]?.trials).toEqual([idOf({ x: 2 }, 1), idOf({ x: 2 }, 2)]);
  });

  test('where less is better the least is first', () => {
    const built = new LedgerBuilder();
    const objective = { ...accuracy, metric: 'loss', goal: 'minimize' } as const;
    const sweep = built.declare({ objective, points: [{ params: { x: 1 } }, { params: { x: 2 } }] });
    built.succeed(idOf({ x: 1 }), { loss: 2 });
    built.succeed(idOf({ x: 2 }), { loss: 1 });
    expect(board(built, sweep).rows.map(({ params }) => params['x'])).toEqual([2, 1]);
  });

  test('of equals the one with fewer parameters is first, then the one that the sweep names first', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({
      points: [
        { params: { x: 1 }, parameters: 900 },
        { params: { x: 2 }, parameters: 100 },
        { params: { x: 3 }, parameters: 900 },
      ],
    });
    for (const x of [1, 2, 3]) built.succeed(idOf({ x }), { val_accuracy: 0.5 });
    expect(board(built, sweep).rows.map(({ params }) => params['x'])).toEqual([2, 1, 3]);
  });

  test('every metric is taken from the line that the objective names', () => {
    const best = { step: 3, val_accuracy: 0.9, test_accuracy: 0.85 };
    const final = { step: 9, val_accuracy: 0.7, test_accuracy: 0.99, final: true };
    const means = (at: 'best' | 'final') => {
      const built = new LedgerBuilder();
      const sweep = built.declare({ objective: { ...accuracy, at }, points: [{ params: { x: 1 } }] });
      built.succeed(idOf({ x: 1 }), final, { best });
      const metrics = board(built, sweep).rows[0]?.metrics ?? {};
      return Object.entries(metrics).map(([name, { mean }]) => [name, mean]);
    };
    expect(means('best')).toEqual([
      ['val_accuracy', 0.9],
      ['test_accuracy', 0.85],
    ]);
    expect(means('final')).toEqual([
      ['val_accuracy', 0.7],
      ['test_accuracy', 0.99],
    ]);
  });

  test('only complete points have groups, and ranks that they cannot be told from', () => {
    const built = new LedgerBuilder();
    const points = [1, 2, 3, 4].map((x) => ({ params: { x } }));
    const sweep = built.declare({ points, replicates: 3 });
    const values: Record<number, readonly number[]> = {
      1: [0.9, 0.901, 0.902],
      2: [0.9, 0.902, 0.904],
      3: [0.5, 0.501, 0.502],
      4: [0.99, 0.9901],
    };
    for (const [x, of] of Object.entries(values))
      of.forEach((val_accuracy, index) => built.succeed(idOf({ x: Number(x) }, index + 1), { val_accuracy }));
    expect(board(built, sweep).rows.map(({ params, groups, ranks }) => [params['x'], groups, ranks])).toEqual(
      [
        [2, ['a'], [1, 2]],
        [1, ['a'], [1, 2]],
        [3, ['b'], [3, 3]],
        [4, null, null],
      ],
    );
  });

  test('a point with replicates missing is ranked on what it has', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }], replicates: 3 });
    built.succeed(idOf({ x: 1 }, 1), { val_accuracy: 0.9 });
    built.fail(idOf({ x: 1 }, 2));
    const [row] = board(built, sweep).rows;
    expect(row?.replicates).toEqual({ done: 1, declared: 3 });
    expect(row?.metrics['val_accuracy']).toEqual({
      mean: 0.9,
      low: null,
      high: null,
      spread: null,
      values: [0.9],
    });
  });

  test('points without a result are listed with the states of their trials', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }, { params: { x: 2 } }] });
    built.fail(idOf({ x: 1 }));
    expect(board(built, sweep).rows).toEqual([]);
    expect(board(built, sweep).unranked.map(({ trials }) => trials.map(({ state }) => state))).toEqual([
      ['failed'],
      ['queued'],
    ]);
  });

  test('P1 of two results of one trial the first counts, and the late one is not counted beside it', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }] });
    const silent = built.start(idOf({ x: 1 }), 'birch');
    built.succeed(idOf({ x: 1 }), { val_accuracy: 0.6 });
    built.endAttempt(silent, { best: { val_accuracy: 0.1 } }, 'birch');
    expect(board(built, sweep).rows[0]?.metrics['val_accuracy']?.mean).toBe(0.6);
    expect(board(built, sweep).rows[0]?.replicates.done).toBe(1);
  });

  test('a program ignores its seed where all points with replicates repeat themselves, and only there', () => {
    const flags = (hashes: readonly (readonly [string, string])[], count: number) => {
      const built = new LedgerBuilder();
      const points = hashes.map((_, x) => ({ params: { x } }));
      const sweep = built.declare({ points, replicates: 2 });
      hashes.forEach((pair, x) =>
        pair.forEach((metricsHash, index) =>
          built.succeed(
            idOf({ x }, index + 1),
            { val_accuracy: 0.5 + x / 80 },
            { metricsHash, metricsCount: count },
          ),
        ),
      );
      return board(built, sweep).rows.map(({ seedIgnored }) => seedIgnored);
    };
    expect(
      flags(
        [
          ['a', 'a'],
          ['b', 'c'],
        ],
        4,
      ),
    ).toEqual([false, false]);
    expect(
      flags(
        [
          ['a', 'a'],
          ['b', 'b'],
        ],
        4,
      ),
    ).toEqual([true, true]);
    // One honest pair in two agrees where an accuracy near 0.99 comes from 80 clips.
    expect(flags([['a', 'a']], 1)).toEqual([false]);
    expect(flags([['a', 'a']], 3)).toEqual([true]);
  });

  test('a result that another sweep earned counts if its lines hold this objective, and only then', () => {
    const built = new LedgerBuilder();
    built.declare({ sweep: 'first', points: [{ params: { x: 1 } }] });
    built.succeed(idOf({ x: 1 }), { val_accuracy: 0.9, loss: 3 }, { best: { val_accuracy: 0.95, loss: 2 } });
    const of = (sweep: string, objective: typeof accuracy) =>
      board(built, built.declare({ sweep, objective, points: [{ params: { x: 1 } }] })).rows.map(
        ({ metrics }) => metrics[objective.metric]?.mean,
      );
    expect(of('same', accuracy)).toEqual([0.95]);
    expect(of('final-loss', { ...accuracy, metric: 'loss', goal: 'minimize', at: 'final' })).toEqual([3]);
    // The line where the loss was best is not the one where the accuracy was.
    expect(of('best-loss', { ...accuracy, metric: 'loss', goal: 'minimize' })).toEqual([]);
    expect(of('unheard-of', { ...accuracy, metric: 'f1', at: 'final' })).toEqual([]);
  });

  test('P7 a test metric that is better elsewhere moves no point', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }, { params: { x: 2 } }] });
    built.succeed(idOf({ x: 1 }), { val_accuracy: 0.9, test_accuracy: 0.1 });
    built.succeed(idOf({ x: 2 }), { val_accuracy: 0.8, test_accuracy: 0.9 });
    expect(board(built, sweep).rows.map(({ params }) => params['x'])).toEqual([1, 2]);
  });

  test('a point is told whole, the parameters that vary first', () => {
    const built = new LedgerBuilder();
    const point = { params: { family: 'k5', layers: 3 }, parameters: 1200, case: 'BN' };
    const sweep = built.declare({ points: [point], declaration: { axes: ['layers'] } });
    built.succeed(idOf(point.params), { val_accuracy: 0.5 });
    const [row] = board(built, sweep).rows;
    expect(row).toMatchObject({ params: { layers: 3, family: 'k5' }, case: 'BN', parameters: 1200 });
    expect(Object.keys(row?.params ?? {})).toEqual(['layers', 'family']);
  });
});
