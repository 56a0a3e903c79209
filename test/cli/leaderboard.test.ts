import { describe, expect, test } from 'vitest';
import { accuracy, idOf, LedgerBuilder } from '../ledger-builder.ts';
import { emptyFolder, folderWith, read } from './reading.ts';

function twoSweeps(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({ sweep: 'depths', points: [1, 2].map((layers) => ({ params: { layers } })), replicates: 2 });
  for (const layers of [1, 2])
    for (const seed of [1, 2])
      built.succeed(idOf({ layers }, seed), { val_accuracy: layers / 4 + seed / 100 });
  built.now += 1_000;
  built.declare({ sweep: 'widths', points: [{ params: { width: 8 } }] });
  return built;
}

describe('labsweep leaderboard', () => {
  test('--json is the document that scripts rely on', async () => {
    const { out, code } = await read('leaderboard', folderWith(twoSweeps()), 'depths', '--json');
    expect(code).toBe(0);
    const document = JSON.parse(out);
    expect(document).toMatchObject({ sweep: 'depths', objective: accuracy, missing: [] });
    expect(document.rows).toHaveLength(2);
    expect(document.rows[0]).toEqual({
      rank: 1,
      groups: ['a'],
      ranks: [1, 1],
      spreadsTooFar: false,
      params: { layers: 2 },
      case: null,
      parameters: null,
      replicates: { done: 2, declared: 2 },
      metrics: {
        val_accuracy: {
          mean: expect.closeTo(0.515, 9),
          low: expect.closeTo(0.515 - 12.7062 * 0.005, 4),
          high: expect.closeTo(0.515 + 12.7062 * 0.005, 4),
          spread: expect.closeTo(0.00707, 4),
          values: [0.51, 0.52],
        },
      },
      notFinite: {},
      section: 'complete',
      diverged: 0,
      givenUp: 0,
      stoppedAt: null,
      trials: [idOf({ layers: 2 }, 1), idOf({ layers: 2 }, 2)],
      seedIgnored: false,
    });
    expect(document.ignored).toEqual([]);
  });

  test('without a name it is the sweep that was started last', async () => {
    const { out } = await read('leaderboard', folderWith(twoSweeps()));
    expect(out).toContain('widths: val_accuracy at its best step, highest first');
  });

  test('--limit cuts rows, and says so', async () => {
    const folder = folderWith(twoSweeps());
    expect((await read('leaderboard', folder, 'depths', '--limit', '1')).out).toContain(
      '1 more row: --limit 2',
    );
    expect(
      JSON.parse((await read('leaderboard', folder, 'depths', '--limit', '1', '--json')).out).rows,
    ).toHaveLength(1);
  });

  test('a sweep can be named by its file as well', async () => {
    const { out } = await read('leaderboard', folderWith(twoSweeps()), 'sweeps/depths.yaml');
    expect(out).toContain('depths: ');
  });

  test('an unknown sweep gets the nearest name', async () => {
    expect(await read('leaderboard', folderWith(twoSweeps()), 'dephts')).toEqual({
      out: '',
      err: 'there is no sweep dephts in this ledger; did you mean depths?\n',
      code: 2,
    });
  });

  test('where there is no ledger it says how to start one', async () => {
    const { err, code } = await read('leaderboard', emptyFolder());
    expect(err).toBe('there is no .labsweep here or above; `labsweep run SWEEP` starts one.\n');
    expect(code).toBe(2);
  });

  test('--state names a state folder elsewhere', async () => {
    const folder = folderWith(twoSweeps());
    const { out } = await read('leaderboard', emptyFolder(), 'depths', '--state', `${folder}/.labsweep`);
    expect(out).toContain('depths: ');
  });
});
