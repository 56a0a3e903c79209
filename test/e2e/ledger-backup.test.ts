import { cpSync, mkdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, until } from './lab.ts';
import { counts, shellSweep } from './sweeps.ts';

const points = Array.from({ length: 40 }, (_, index) => index + 1);

describe('ledger backup while a coordinator commits', () => {
  it('each copy verifies and is a moment of the sweep; the sweep goes on undisturbed', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(counts(lab.path('done')), `grid: {x: {from: 1, to: 40}}\n`));
    const run = lab.type('run', 'sweep.yaml');
    await until(
      'the first trials',
      () => lab.read('done') !== '',
      () => run.said.err,
    );
    const succeeded: number[] = [];
    for (const name of ['one.db', 'two.db', 'three.db']) {
      const backup = await lab.labsweep('ledger', 'backup', name);
      expect(backup, backup.err).toMatchObject({
        code: exitCode.done,
        // A look into a copy comes before.
        err: expect.stringMatching(
          /^(This command uses \.labsweep; the last one here used restored-\S+, .*\n)?$/,
        ),
      });
      expect(await lab.labsweep('ledger', 'verify', name)).toMatchObject({ code: exitCode.done });
      mkdirSync(lab.path(`restored-${name}`));
      cpSync(lab.path(name), lab.path(`restored-${name}/ledger.db`));
      const status = await lab.labsweep('status', '--json', '--state', `restored-${name}`);
      succeeded.push(JSON.parse(status.out).sweeps[0].counts.succeeded);
    }
    expect(succeeded).toEqual(succeeded.toSorted((a, b) => a - b));
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    const trained = lab.read('done').trim().split('\n').map(Number);
    expect(trained.toSorted((a, b) => a - b)).toEqual(points);
    expect(await lab.labsweep('ledger', 'verify')).toMatchObject({ code: exitCode.done });
  });
});
