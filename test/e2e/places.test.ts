import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { printsScore, shellSweep } from './sweeps.ts';

const sweepAt = (lab: Lab, name: string, called = 'toy'): void =>
  void lab.write(name, shellSweep(printsScore, 'grid: {x: [1, 2]}\n').replace('toy', called));

const inventoryAt = (lab: Lab, name: string, host: string): void => {
  const limits = { slots: 2, load: 1_000, hostMemory: '100 MB', disk: '1 MB' };
  lab.write(name, JSON.stringify({ hosts: [{ name: host, transport: 'local', folder: lab.host, limits }] }));
};

async function run(lab: Lab, ...args: readonly string[]): Promise<void> {
  expect(await lab.labsweep('run', ...args)).toMatchObject({ code: exitCode.done });
}

describe('verbs find the state folder from one place', { timeout: 90_000 }, () => {
  it('a run of a sweep elsewhere is remembered where it was typed', async ({ lab }) => {
    sweepAt(lab, 'other/sweep.yaml');
    sweepAt(lab, 'mine/sweep.yaml', 'mine');
    lab.cwd = lab.path('mine');
    await run(lab, '../other/sweep.yaml');
    for (const args of [['status'], ['why'], ['leaderboard'], ['resume'], ['ledger', 'verify']])
      expect(await lab.labsweep(...args)).toMatchObject({
        code: exitCode.badInput,
        err: 'there is no .labsweep here or above; the last command here used ../other/.labsweep: say --state ../other/.labsweep.\n',
      });
    expect(await lab.labsweep('status', '--state', '../other/.labsweep')).toMatchObject({ code: 0, err: '' });
    const { err } = await lab.labsweep('run', 'sweep.yaml');
    expect(err).toContain(
      'This command uses .labsweep; the last one here used ../other/.labsweep, which --state ../other/.labsweep names.\n',
    );
    expect(await lab.labsweep('status')).toMatchObject({ code: 0, err: '' });
  });

  it('--state once and then without is said once', async ({ lab }) => {
    sweepAt(lab, 'sweep.yaml');
    await run(lab, 'sweep.yaml');
    await run(lab, 'sweep.yaml', '--state', 'elsewhere');
    const said =
      'This command uses .labsweep; the last one here used elsewhere, which --state elsewhere names.\n';
    expect(await lab.labsweep('leaderboard')).toMatchObject({ code: 0, err: said });
    expect(await lab.labsweep('leaderboard')).toMatchObject({ code: 0, err: '' });
  });

  it('a sweep in a folder that has its own', async ({ lab }) => {
    sweepAt(lab, 'sweep.yaml');
    sweepAt(lab, 'sub/sweep.yaml', 'below');
    lab.cwd = lab.path('sub');
    await run(lab, 'sweep.yaml');
    lab.cwd = lab.folder;
    await run(lab, 'sweep.yaml');
    const told = await lab.labsweep('run', 'sub/sweep.yaml');
    expect(told.err).toContain('This command uses sub/.labsweep; the last one here used .labsweep');
    const { out } = await lab.labsweep('status', '--json');
    expect(JSON.parse(out).sweeps).toMatchObject([{ sweep: 'toy' }]);
  });
});

describe('verbs find the inventory from one place', { timeout: 90_000 }, () => {
  const hostsOf = async (lab: Lab, ...args: readonly string[]): Promise<string[]> => {
    const { out } = await lab.labsweep(...args, '--json');
    const said: { name?: string; host?: string }[] =
      args[0] === 'plan' ? JSON.parse(out).devices : JSON.parse(out);
    return said.map(({ name, host }) => name ?? host ?? '');
  };

  it('also where it does not lie with the state folder', async ({ lab }) => {
    inventoryAt(lab, 'proj/inventory.json', 'near');
    sweepAt(lab, 'proj/sweep.yaml');
    await run(lab, 'proj/sweep.yaml');
    lab.cwd = lab.path('proj');
    expect(await hostsOf(lab, 'plan', 'sweep.yaml')).toEqual(['near']);
    expect(await hostsOf(lab, 'hosts', 'list')).toEqual(['near']);
    // The state folder lies above, beside another inventory.
    expect(await lab.labsweep('logs', 'x=1')).toMatchObject({ code: 0, out: '{"score": 1}\n' });
    expect(await lab.labsweep('resume')).toMatchObject({ code: 0 });
  });

  it('where it is another one than of the last run here, that is said', async ({ lab }) => {
    inventoryAt(lab, 'proj/inventory.json', 'near');
    sweepAt(lab, 'proj/sweep.yaml');
    await run(lab, 'proj/sweep.yaml');
    const { code, err } = await lab.labsweep('resume');
    expect(code).toBe(exitCode.done);
    expect(err).toContain(
      'The hosts are those of inventory.json; the last command here used proj/inventory.json, which --inventory proj/inventory.json names.\n',
    );
  });

  it('the coordinator in the background has the hosts of who started it', async ({ lab }) => {
    inventoryAt(lab, 'proj/inventory.json', 'near');
    sweepAt(lab, 'proj/sweep.yaml');
    await run(lab, 'proj/sweep.yaml', '--detach');
    await expect
      .poll(async () => JSON.parse((await lab.labsweep('status', '--json')).out).sweeps[0].counts.succeeded, {
        timeout: 20_000,
      })
      .toBe(2);
    expect((await lab.labsweep('show', 'x=1')).out).toContain('near');
  });
});
