import { cpSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { shellSweep, waitsAt } from './sweeps.ts';

/** Without what is written to be renamed: it may be gone between the look into the folder and the copy. */
const copy = (lab: Lab): void =>
  cpSync(lab.path('.labsweep'), lab.path('copy'), {
    recursive: true,
    filter: (path) => !path.endsWith('.next'),
  });

describe('a state folder that was copied while its coordinator lives', () => {
  it('is refused with where that one is; it goes on undisturbed, and the copy when it has ended', async ({
    lab,
  }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3]}\n'),
    );
    const run = lab.type('run', 'sweep.yaml');
    await until(
      'three start',
      () => run.said.err.includes('3 running'),
      () => run.said.err,
    );
    copy(lab);
    for (const args of [['resume'], ['run', 'sweep.yaml'], ['pause']]) {
      const { code, out, err } = await lab.labsweep(...args, '--state', 'copy');
      expect({ code, out }).toEqual({ code: exitCode.badInput, out: '' });
      expect(err).toMatch(
        /^LAB\/copy is a copy: process PID on \S+ goes on with LAB\/\.labsweep\/ledger\.db\. Two that go on with one ledger/,
      );
    }
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3']);
    expect(await lab.labsweep('resume', '--state', 'copy')).toMatchObject({ code: exitCode.done });
  });

  it('goes on by --break-lock; the other is told, and each trial is executed once', async ({ lab }) => {
    lab.write(
      'sweep.yaml',
      shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3]}\n'),
    );
    const first = lab.type('run', 'sweep.yaml');
    await until(
      'three start',
      () => first.said.err.includes('3 running'),
      () => first.said.err,
    );
    copy(lab);
    const second = lab.type('resume', '--state', 'copy', '--break-lock');
    await until(
      'the first is told',
      () => first.said.err.includes('writes this ledger now, in term'),
      () => first.said.err,
    );
    lab.write('gate', '');
    expect(await second.ended).toMatchObject({ code: exitCode.done });
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2', '3']);
    first.child.kill('SIGINT');
    await first.ended;
  });
});
