import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, until } from './lab.ts';
import { printsScore, shellSweep, waitsAt } from './sweeps.ts';

describe('P3 merge', () => {
  it('while a coordinator runs: what a colleague has is taken in by it, and not trained here', async ({
    lab,
  }) => {
    // The same program for both, which waits only where the gate is shut.
    const script = waitsAt(lab.path('gate'), lab.path('done'));
    const grid = (xs: string): string => shellSweep(script, `grid: {x: [${xs}]}\n`);
    lab.inventory(2);
    lab.write('gate', '');
    lab.write('colleague.yaml', grid('3, 4, 5, 6'));
    const theirs = ['--state', 'colleague'];
    expect(await lab.labsweep('run', 'colleague.yaml', ...theirs)).toMatchObject({ code: exitCode.done });
    await lab.labsweep('ledger', 'backup', 'colleague.db', ...theirs);
    lab.remove('gate');
    lab.remove('done');

    lab.write('sweep.yaml', grid('1, 2, 3, 4, 5'));
    const run = lab.type('run', 'sweep.yaml');
    await until(
      'two of ours',
      () => run.said.err.includes('2 running'),
      () => run.said.err,
    );
    const merged = await lab.labsweep('merge', 'colleague.db');
    expect(merged, merged.err).toMatchObject({
      code: exitCode.done,
      out: 'colleague.db: 4 results taken in, 1 of points that no sweep here holds: they count once one does\n',
    });
    const plan = JSON.parse((await lab.labsweep('plan', 'sweep.yaml', '--json')).out);
    expect(plan.trials.map(({ cached }: { cached: boolean }) => cached)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2']);
    const { rows } = JSON.parse((await lab.labsweep('leaderboard', 'toy', '--json')).out);
    expect(rows.map((row: { params: { x: number } }) => row.params.x)).toEqual([5, 4, 3, 2, 1]);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });

  it('a `run` in a fresh folder has nothing left to train, and shows the leaderboard', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2, 3]}\n'));
    await lab.labsweep('run', 'sweep.yaml', '--state', 'colleague/.labsweep');
    // A folder and what it holds are one ledger, taken in once.
    await lab.labsweep('merge', 'colleague', 'colleague/.labsweep', '--state', 'mine');
    const run = await lab.labsweep('run', 'sweep.yaml', '--state', 'mine');
    expect(run).toMatchObject({ code: exitCode.done, out: expect.stringMatching(/^toy: score/) });
    expect(run.err).toContain('0 trials trained in …, 3 taken from before.');
  });
});
