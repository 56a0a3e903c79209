/** What a command line says besides the file makes a smaller run, or a sweep of its own: it edits nothing. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { Gated } from './gated.ts';
import { it, until } from './lab.ts';

describe('P1 P3 a smaller run of a sweep', { timeout: 240_000 }, () => {
  it('beside the whole one ends nothing, hides nothing, and ends with its own trials', async ({ lab }) => {
    lab.patienceMs = 60_000;
    const l3 = new Gated(lab, 'l3', [1, 2, 3, 4, 5, 6]);
    const whole = lab.type('run', 'l3.yaml');
    await until('all run', () => l3.begun.length === 6);
    const small = lab.type('run', 'l3.yaml', '--limit', '1');
    await until(
      'it follows',
      () => small.said.err.includes('1 of 6 trials of sweep l3 runs in the coordinator'),
      () => small.said.err,
    );
    l3.open(1);
    const { code, err } = await small.ended;
    expect({ code, err }).toMatchObject({
      code: exitCode.done,
      err: expect.stringContaining('1 trial trained in'),
    });
    expect(l3.done).toEqual([1]);
    l3.open();
    expect(await whole.ended).toMatchObject({ code: exitCode.done });
    expect(l3.begun).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await l3.ranked()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of one that was interrupted leases its own trials alone; the plain file completes the grid', async ({
    lab,
  }) => {
    lab.patienceMs = 60_000;
    lab.inventory(1);
    const l3 = new Gated(lab, 'l3', [1, 2, 3, 4, 5, 6]);
    const whole = lab.type('run', 'l3.yaml');
    await until('one runs', () => whole.said.err.includes('1 running'));
    whole.child.kill('SIGINT');
    await whole.ended;
    l3.open();
    const { code } = await lab.labsweep('run', 'l3.yaml', '--set', 'grid.x=[6]');
    expect(code).toBe(exitCode.done);
    // What was on the host already, and what was asked for.
    expect(l3.done).toHaveLength(3);
    expect(l3.done).toContain(6);
    expect(await lab.labsweep('run', 'l3.yaml')).toMatchObject({ code: exitCode.done });
    expect(l3.begun).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await l3.ranked()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is all that `resume` goes on with, and says what it left out', async ({ lab }) => {
    const l3 = new Gated(lab, 'l3', [1, 2, 3]);
    l3.open();
    const { err } = await lab.labsweep('run', 'l3.yaml', '--limit', '1');
    expect(err).toContain('2 trials more of l3 were not asked for; `labsweep run l3.yaml` runs all of it.\n');
    expect((await lab.labsweep('status')).out).toMatch(/^l3: done, 1 succeeded, 2 not asked for$/m);
    expect((await lab.labsweep('why', 'x=2')).out).toContain('not asked for: a smaller run left it out');
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(l3.done).toEqual([1]);
    expect(await lab.labsweep('resume', 'l3')).toMatchObject({ code: exitCode.done });
    expect(l3.done).toEqual([1, 2, 3]);
  });

  it('of other trials than the file has is a sweep of its own, and shares what is done', async ({ lab }) => {
    const l3 = new Gated(lab, 'l3', [1, 2]);
    l3.open();
    await lab.labsweep('run', 'l3.yaml');
    const set = await lab.labsweep('run', 'l3.yaml', '--set', 'grid.x=[2,3]');
    expect(set).toMatchObject({ code: exitCode.done, err: expect.stringContaining('so l3 stays as it is.') });
    const more = await lab.labsweep('run', 'l3.yaml', '--replicates', '3');
    expect(more).toMatchObject({ code: exitCode.done, err: expect.stringContaining('4 trials trained in') });
    expect(await l3.ranked()).toEqual([1, 2]);
    expect(await l3.ranked('l3-x-2-3')).toEqual([2, 3]);
    expect(await lab.labsweep('run', 'l3.yaml')).toMatchObject({
      code: exitCode.done,
      err: expect.stringContaining('0 trials trained in …, 2 taken from before.'),
    });
    expect(l3.done).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });
});

describe('P1 a sweep file that has lost points', { timeout: 240_000 }, () => {
  it('takes results and running trials out only where a script says --prune', async ({ lab }) => {
    const l3 = new Gated(lab, 'l3', [1, 2, 3]);
    const run = lab.type('run', 'l3.yaml');
    await until('all run', () => run.said.err.includes('3 running'));
    l3.open(1);
    await until('one is done', () => run.said.err.includes('1 succeeded'));
    l3.write([3]);
    const complaint =
      'l3.yaml lacks 2 trials that sweep l3 has: 1 trial that runs would be ended, ' +
      '1 result would leave the leaderboard (and stay in the ledger).\nSay --prune if that is meant; ';
    for (const args of [[], ['--detach'], ['--limit', '1'], ['--json']]) {
      const { code, out, err } = await lab.labsweep('run', 'l3.yaml', ...args);
      expect({ code, out, err }).toMatchObject({ code: 2, out: '', err: expect.stringContaining(complaint) });
    }
    expect((await lab.labsweep('plan', 'l3.yaml')).out).toContain('Leaves sweep l3: 2 trials');
    expect(await l3.ranked()).toEqual([1]);
    expect(await lab.labsweep('run', 'l3.yaml', '--detach', '--prune')).toMatchObject({
      code: exitCode.done,
    });
    l3.open(3);
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(await l3.ranked()).toEqual([3]);
    expect(l3.done).toEqual([1, 3]);
  });

  it('takes nothing out unasked where another file has its name, or it ranks by what results lack', async ({
    lab,
  }) => {
    const l3 = new Gated(lab, 'l3', [1, 2]);
    l3.open();
    await lab.labsweep('run', 'l3.yaml');
    const file = lab.read('l3.yaml');
    lab.write('other.yaml', file.replace('[1,2]', '[7]'));
    expect(await lab.refused('run', 'other.yaml')).toContain('other.yaml lacks 2 trials that sweep l3 has');
    lab.write('l3.yaml', file.replace('metric: score', 'metric: loss'));
    expect(await lab.refused('run', 'l3.yaml')).toContain('2 results would leave the leaderboard');
    // Its own place is nothing that a sweep is known by.
    lab.write('moved/l3.yaml', file);
    expect(await lab.labsweep('run', 'moved/l3.yaml', '--state', '.labsweep')).toMatchObject({
      code: exitCode.done,
      err: expect.stringContaining('0 trials trained in …, 2 taken from before.'),
    });
  });
});
