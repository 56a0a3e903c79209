import { describe, expect, test } from 'vitest';
import { type SweepName, sweepName } from '../../src/model/ids.ts';
import { leaderboard } from '../../src/results/leaderboard.ts';
import { leaderboardLines } from '../../src/results/leaderboard-table.ts';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';

function lines(built: LedgerBuilder, sweep: SweepName, columns = 100, limit = 20): string {
  return leaderboardLines(leaderboard(built.state, built.sweep(sweep)), columns, { limit, only: null }).join(
    '\n',
  );
}

function regularised(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({
    points: [3, 4].flatMap((layers) => [
      { params: { layers, dropout: 0.25, batchNorm: false }, case: 'DO(0.25)', parameters: 1000 * layers },
      { params: { layers, dropout: 0, batchNorm: true }, case: 'BN', parameters: 1100 * layers },
    ]),
    replicates: 3,
  });
  return built;
}

const at = (layers: number, bn: boolean) => ({ layers, dropout: bn ? 0 : 0.25, batchNorm: bn });

describe('the table of a leaderboard', () => {
  test('is what a person reads in the morning', () => {
    const built = regularised();
    [0.9, 0.91, 0.92].forEach((val_accuracy, index) =>
      built.succeed(idOf(at(4, true), index + 1), {
        val_accuracy,
        loss: 0.4,
        test_accuracy: val_accuracy - 0.02,
      }),
    );
    [0.89, 0.9, 0.91].forEach((val_accuracy, index) =>
      built.succeed(idOf(at(3, true), index + 1), { val_accuracy, loss: 0.5, test_accuracy: 0.87 }),
    );
    built.succeed(idOf(at(3, false), 1), { val_accuracy: 0.5, loss: 1.25, test_accuracy: 0.48 });
    built.fail(idOf(at(3, false), 2));
    built.fail(idOf(at(4, false), 1));
    expect(lines(built, sweepName('lab'))).toMatchInlineSnapshot(`
      "lab: val_accuracy at its best step, highest first

      #  ranks  val_accuracy                 n  layers  case      parameters  test_accuracy    loss
      1    1–2  0.9100 ± 0.0248              3       4  BN             4,400  0.8900 ± 0.0248  0.4000
      2    1–2  0.9000 ± 0.0248              3       3  BN             3,300  0.8700           0.5000
      Incomplete, replicates are missing:
      3         0.5000           1/3, 1 failed       3  DO(0.25)       3,000  0.4800           1.250

      ±: Student's 95 % interval of the mean over n replicates.
      ranks 1–2: this point may be as good as each of ranks 1 to 2, the differences may be chance (Tukey and Kramer, 5 % over all pairs).
      2 of the 2 points that are compared may be the best.
      n 1/3: 1 of 3 replicates has a result. One that failed, and is not tried again, counts as missing.
      Without a result, 1 of 4 points:
        layers=4 DO(0.25): 1 failed, 2 queued"
    `);
  });

  test('a line is never wider than asked; metrics that do not fit are named', () => {
    const built = regularised();
    const params = { layers: 3, dropout: 0, batchNorm: true };
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`metric_${index}`, index]));
    built.succeed(idOf(params), { val_accuracy: 0.5, ...many });
    const text = lines(built, sweepName('lab'), 60);
    const table = text.split('\n').slice(2, 4);
    expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(text).toContain('Not shown for width: ');
    expect(text).toContain('metric_11');
  });

  test('more rows than asked are counted, with the option that shows them', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [1, 2, 3].map((x) => ({ params: { x } })) });
    for (const x of [1, 2, 3]) built.succeed(idOf({ x }), { val_accuracy: x });
    expect(lines(built, sweep, 100, 1)).toContain('2 more rows: --limit 3');
  });

  test('P7 a table that was selected on test data says so first', () => {
    const built = new LedgerBuilder();
    const objective = { ...accuracy, metric: 'test_accuracy', selectOnTest: true };
    const sweep = built.declare({ objective, points: [{ params: { x: 1 } }] });
    built.succeed(idOf({ x: 1 }), { test_accuracy: 0.5 });
    expect(lines(built, sweep).split('\n')[1]).toBe(
      'SELECTED ON TEST DATA: test_accuracy is a test figure (selectOnTest)',
    );
  });

  test('before anything has finished it says so, and what there is', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }] });
    expect(lines(built, sweep)).toMatchInlineSnapshot(`
      "lab: val_accuracy at its best step, highest first
      No point has a result yet.
      Without a result, 1 of 1 points:
        x=1: 1 queued"
    `);
  });

  test('an ignored seed is marked and explained', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({ points: [{ params: { x: 1 } }], replicates: 2 });
    for (const seed of [1, 2])
      built.succeed(idOf({ x: 1 }, seed), { val_accuracy: 0.5 }, { metricsHash: 'same', metricsCount: 4 });
    const text = lines(built, sweep);
    expect(text).toMatch(/0\.5000 +2!/);
    expect(text).toContain('the program ignores its seed');
  });

  test('names in other scripts keep the columns in line', () => {
    const built = new LedgerBuilder();
    const sweep = built.declare({
      points: [
        { params: { x: 1 }, case: '小' },
        { params: { x: 2 }, case: 'wide' },
      ],
    });
    built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5, test_f1: 0.25 });
    built.succeed(idOf({ x: 2 }), { val_accuracy: 0.4, test_f1: 0.25 });
    const [, , , first = '', second = ''] = lines(built, sweep).split('\n');
    // Two cells each: the column starts one sign earlier in the text.
    expect(first.indexOf('0.25')).toBe(second.indexOf('0.25') - 1);
  });
});
