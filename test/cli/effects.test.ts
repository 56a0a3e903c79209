import { describe, expect, test } from 'vitest';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';
import { folderWith, read } from './reading.ts';

/** By how much more dropout helps networks of 1, 2 and 3 layers: on the mean by 0.02, up in two of three. */
const helps = [0.03, 0.04, -0.01];

function grid(goal: 'maximize' | 'minimize' = 'maximize'): LedgerBuilder {
  const built = new LedgerBuilder();
  const points = [1, 2, 3].flatMap((layers) =>
    [0.5, 0.25].map((dropout) => ({ params: { layers, dropout } })),
  );
  built.declare({ sweep: 'lab', objective: { ...accuracy, goal }, points, replicates: 2 });
  for (const { params } of points)
    for (const seed of [1, 2]) {
      const gain = params.dropout === 0.5 ? (helps[params.layers - 1] ?? 0) : 0;
      built.succeed(idOf(params, seed), { val_accuracy: 0.5 + params.layers / 10 + gain + seed / 1_000 });
    }
  return built;
}

const effects = (built: LedgerBuilder, ...args: string[]) => read('effects', folderWith(built), ...args);

describe('labsweep effects', () => {
  test('--json has for each pair of values the mean over points that differ in nothing else', async () => {
    const document = JSON.parse((await effects(grid(), '--json')).out);
    expect(document).toMatchObject({ sweep: 'lab', objective: accuracy });
    const sd = Math.sqrt((0.01 ** 2 + 0.02 ** 2 + 0.03 ** 2) / 2);
    const half = (4.302652729911275 * sd) / Math.sqrt(3);
    expect(document.effects.at(-1)).toEqual({
      parameter: 'dropout',
      from: 0.25,
      to: 0.5,
      mean: expect.closeTo(0.02, 12),
      low: expect.closeTo(0.02 - half, 9),
      high: expect.closeTo(0.02 + half, 9),
      pairs: 3,
      better: 2,
    });
    expect(document.effects.map(({ from, to }: { from: number; to: number }) => [from, to])).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
      [0.25, 0.5],
    ]);
  });

  test('a person reads how large, how sure, and in how many', async () => {
    expect((await effects(grid())).out).toMatchInlineSnapshot(`
      "lab: val_accuracy of one point less that of another which differs in this parameter alone

      parameter  from  to   difference          better in
      layers     1     2    +0.1050  ± 0.0635      2 of 2
      layers     1     3    +0.1800  ± 0.2541      2 of 2
      layers     2     3    +0.07500 ± 0.31766     2 of 2
      dropout    0.25  0.5  +0.02000 ± 0.06572     2 of 3

      ±: Student's 95 % interval of the mean over these pairs of points, each row by itself.
      "
    `);
  });

  test('of a loss the lower one is better', async () => {
    const { effects: found } = JSON.parse((await effects(grid('minimize'), '--json')).out);
    expect(found.at(-1)).toMatchObject({ better: 1, pairs: 3 });
  });

  test('only the points that are asked for, and none by a test figure', async () => {
    const { effects: found } = JSON.parse((await effects(grid(), '--where', 'layers<=2', '--json')).out);
    expect(found).toMatchObject([
      { parameter: 'layers', pairs: 2 },
      { parameter: 'dropout', pairs: 2, better: 2 },
    ]);
    expect((await effects(grid(), '--where', 'test_loss<1')).code).toBe(2);
  });

  test('points that lack a replicate say nothing, and a case is one thing that differs', async () => {
    const built = new LedgerBuilder();
    const points = [1, 2].flatMap((layers) => [
      { params: { layers, dropout: 0.5, batchNorm: false }, case: '0.5' },
      { params: { layers, dropout: 0, batchNorm: true }, case: 'BN' },
    ]);
    built.declare({ sweep: 'cases', points, replicates: 2 });
    for (const { params } of points)
      for (const seed of params.layers === 2 && params.batchNorm ? [1] : [1, 2])
        built.succeed(idOf(params, seed), { val_accuracy: params.layers / 10 + seed / 100 });
    const { effects: found } = JSON.parse((await effects(built, '--json')).out);
    expect(found).toMatchObject([
      { parameter: 'layers', from: 1, to: 2, pairs: 1, low: null },
      { parameter: 'case', pairs: 1 },
    ]);
  });

  test('of many values only neighbours are compared', async () => {
    const built = new LedgerBuilder();
    const points = Array.from({ length: 13 }, (_, x) => ({ params: { x } }));
    built.declare({ sweep: 'many', points });
    for (const { params } of points) built.succeed(idOf(params, 1), { val_accuracy: params.x / 100 });
    expect(JSON.parse((await effects(built, '--json')).out).effects).toHaveLength(12);
  });

  test('where no two points differ in one thing alone it says so', async () => {
    const built = new LedgerBuilder();
    built.declare({ sweep: 'one', points: [{ params: { x: 1 } }], replicates: 2 });
    for (const seed of [1, 2]) built.succeed(idOf({ x: 1 }, seed), { val_accuracy: 0.5 });
    expect((await effects(built)).out).toContain('No two points with all their replicates differ');
  });
});
