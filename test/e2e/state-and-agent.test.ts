import { cpSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const best = async (lab: Lab): Promise<number> => {
  const { rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
  return rows[0].metrics.score.mean;
};

describe('P1 a ledger never lies in a folder that `hosts clean` removes', () => {
  it('has another name where the folder of a host is .labsweep, and is found by every verb', async ({
    lab,
  }) => {
    lab.inventory(8, { folder: lab.path('.labsweep') });
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    const run = await lab.labsweep('run', 'sweep.yaml');
    expect(run).toMatchObject({ code: exitCode.done });
    expect(run.err).toMatch(
      /^Results go to \S+\/\.labsweep-state, a new folder \(\.labsweep there is for the agent of a host\)\.$/m,
    );
    expect((await lab.labsweep('hosts', 'clean')).out).toMatch(/^here: LAB\/\.labsweep removed \(.*\)$/m);
    expect(lab.files()).not.toContain('.labsweep');
    expect(await best(lab)).toBe(2);
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    expect(await lab.refused('run', 'sweep.yaml', '--state', '.labsweep')).toMatch(
      /^\.labsweep is no state folder but the folder of an agent/,
    );
  });

  it('stays where an earlier labsweep put it, in one folder with an agent', async ({ lab }) => {
    lab.inventory(8, { folder: lab.path('.labsweep') });
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    await lab.labsweep('run', 'sweep.yaml');
    cpSync(lab.path('.labsweep-state'), lab.path('.labsweep'), { recursive: true });
    rmSync(lab.path('.labsweep-state'), { recursive: true });
    renameSync(lab.path('.labsweep/.labsweep-folder'), lab.path('marker'));

    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2, 3]}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    expect(lab.files()).not.toContain('.labsweep-state');
    for (let times = 0; times < 2; times += 1)
      expect((await lab.labsweep('hosts', 'clean')).out).toMatch(
        /^here: labsweep's files in LAB\/\.labsweep removed .* did not make there: .*ledger\.db/m,
      );
    expect(await best(lab)).toBe(3);
    expect(lab.files().filter((file) => /^\.labsweep\/(host|agent|incoming)(\/|$)/.test(file))).toEqual([]);
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });

  it('is not made among what an agent keeps', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    for (const place of ['host/host/x', 'host/content']) {
      lab.write('host/.labsweep-folder', '');
      lab.write(`${place}/sweep.yaml`, lab.read('sweep.yaml'));
      for (const named of [place, `${place}/new`])
        expect(await lab.refused('run', 'sweep.yaml', '--state', named)).toMatch(/lies in one/);
      lab.cwd = lab.path(place);
      expect(await lab.refused('run', 'sweep.yaml')).toMatch(
        /^no \.labsweep is made in LAB\/\S+: it lies in the folder of an agent, which `hosts clean` removes/m,
      );
      lab.cwd = lab.folder;
    }
    expect(lab.files().filter((file) => file.includes('ledger'))).toEqual([]);
  });

  it('is not made where something else has its name', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    const said = /^no ledger can lie in LAB\/\.labsweep: it is a file or /;
    lab.write('.labsweep', 'a note');
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(said);
    lab.remove('.labsweep');
    symlinkSync('nowhere', lab.path('.labsweep'));
    expect(await lab.refused('run', 'sweep.yaml')).toMatch(said);
  });

  it('is not taken for an agent’s folder by a host', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    await lab.labsweep('run', 'sweep.yaml');
    lab.inventory(8, { folder: lab.path('.labsweep') });
    const { code, out } = await lab.labsweep('hosts', 'check');
    expect(code).toBe(exitCode.noHost);
    expect(out).toMatch(/LAB\/\.labsweep has files that labsweep did not make there \(.*ledger\.db/);
    expect((await lab.labsweep('hosts', 'clean', '--force')).out).not.toContain('removed (');
    expect(await best(lab)).toBe(2);
  });
});
