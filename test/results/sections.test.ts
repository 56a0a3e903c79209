import { describe, expect, test } from 'vitest';
import type { SweepName } from '../../src/model/ids.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { leaderboardLines } from '../../src/results/leaderboard-table.ts';
import { accuracy, diverged, idOf, LedgerBuilder } from '../ledger-builder.ts';

const board = (built: LedgerBuilder, sweep: SweepName) => leaderboard(built.state, built.sweep(sweep));

/** Seven points of two replicates each, in every way that a sweep may have left them. */
function left(): { built: LedgerBuilder; sweep: SweepName } {
  const built = new LedgerBuilder();
  const sweep = built.declare({
    points: [1, 2, 3, 4, 5, 6, 7].map((x) => ({ params: { x } })),
    replicates: 2,
  });
  const both = (x: number, values: readonly number[]) =>
    values.forEach((val_accuracy, index) => built.succeed(idOf({ x }, index + 1), { val_accuracy }));
  both(1, [0.5, 0.6]);
  both(2, [0.7, 0.72]);
  both(3, [0.99]);
  built.fail(idOf({ x: 3 }, 2));
  for (const seed of [1, 2]) built.end(idOf({ x: 4 }, seed), diverged('val_accuracy', { loss: 9 }));
  both(5, [0.98]);
  built.end(idOf({ x: 5 }, 2), diverged('val_accuracy', { loss: 8 }));
  built.add({ kind: 'sweep-stopped', at: 1, sweep, by: 'person', because: 'stopped by a person' });
  const line = { step: 12, val_accuracy: 0.97 };
  built.end(idOf({ x: 6 }, 1), { outcome: { kind: 'cancelled' }, best: line, final: { ...line, step: 14 } });
  return { built, sweep };
}

describe('the order of a leaderboard', () => {
  test('is complete points, incomplete ones, stopped ones, and those that diverged by their share', () => {
    const { built, sweep } = left();
    const { rows, unranked } = board(built, sweep);
    expect(
      rows.map(({ rank, section, params, replicates: { done }, diverged: bad, givenUp }) => [
        rank,
        section,
        params['x'],
        done,
        bad,
        givenUp,
      ]),
    ).toEqual([
      [1, 'complete', 2, 2, 0, 0],
      [2, 'complete', 1, 2, 0, 0],
      [3, 'incomplete', 3, 1, 0, 1],
      [4, 'paused', 6, 0, 0, 0],
      [5, 'diverged', 5, 2, 1, 0],
      [6, 'diverged', 4, 2, 2, 0],
    ]);
    expect(unranked.map(({ params }) => params['x'])).toEqual([7]);
  });

  test('a person reads why each point stands where it does', () => {
    const { built, sweep } = left();
    expect(
      leaderboardLines(board(built, sweep), 100, { limit: 20, only: null }).join('\n'),
    ).toMatchInlineSnapshot(`
      "lab: val_accuracy at its best step, highest first

      #  ranks  val_accuracy                  n  x  loss
      1    1–2  0.7100 ± 0.1271               2  2
      2    1–2  0.5500 ± 0.6353               2  1
      Incomplete, replicates are missing:
      3         0.9900            1/2, 1 failed  3
      Stopped before the end, by the value at that step:
      4         0.9700 (step 12)            0/2  6
      Diverged in a replicate (NaN or infinite), the smallest share first:
      5         0.9800 (1 NaN)                2  5  8
      6         NaN                           2  4  9

      ±: Student's 95 % interval of the mean over n replicates.
      ranks 1–2: this point may be as good as each of ranks 1 to 2, the differences may be chance (Tukey and Kramer, 5 % over all pairs).
      2 of the 2 points that are compared may be the best.
      n 1/2: 1 of 2 replicates has a result. One that failed, and is not tried again, counts as missing.
      A stopped trial has no result: its row shows the line that it had reported by then.
      (1 NaN): in 1 replicate this metric is NaN or infinite; the mean is that of the others.
      Without a result, 1 of 7 points:
        x=7: 2 queued"
    `);
  });

  test('NaN of a replicate is marked and never averaged away, in the objective and beside it', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }, { params: { x: 2 } }], replicates: 3 });
    [0.4, 0.6].forEach((val_accuracy, index) =>
      built.succeed(idOf({ x: 1 }, index + 1), { val_accuracy, loss: index === 0 ? 'NaN' : 2 }),
    );
    built.end(idOf({ x: 1 }, 3), diverged('val_accuracy', { loss: 'Infinity' }));
    for (const seed of [1, 2, 3]) built.end(idOf({ x: 2 }, seed), diverged('val_accuracy'));
    const [some, all] = board(built, sweep).rows;
    expect(some?.metrics['val_accuracy']?.mean).toBeCloseTo(0.5);
    expect(some?.notFinite).toEqual({ val_accuracy: 1, loss: 2 });
    expect(some?.metrics['loss']).toEqual({ mean: 2, low: null, high: null, spread: null, values: [2] });
    expect(all?.metrics).toEqual({
      val_accuracy: { mean: null, low: null, high: null, spread: null, values: [] },
    });
    expect(all?.notFinite).toEqual({ val_accuracy: 3 });
    expect(all?.trials).toHaveLength(3);
  });

  test('the same training may have diverged for one sweep and have a value for another', () => {
    const built = new LedgerBuilder();
    const loss = { metric: 'loss', goal: 'minimize', at: 'final', selectOnTest: false } as const;
    const points = [{ params: { x: 1 } }];
    const first = built.declare({ sweep: 'loss', points, objective: loss });
    built.end(idOf({ x: 1 }), diverged('loss', { val_accuracy: 0.1 }));
    const second = built.declare({ sweep: 'accuracy', points, objective: { ...accuracy, at: 'final' } });
    const third = built.declare({ sweep: 'best-loss', points, objective: { ...loss, at: 'best' } });
    expect([first, second, third].map((name) => board(built, name).rows[0]?.section)).toEqual([
      'diverged',
      'complete',
      'diverged',
    ]);
    expect([first, second, third].map((name) => built.sweep(name).counts)).toMatchObject([
      { succeeded: 0, diverged: 1 },
      { succeeded: 1, diverged: 0 },
      { succeeded: 0, diverged: 1 },
    ]);
  });
});
