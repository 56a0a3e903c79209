import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { printsScore, shellSweep, waitsAt } from './sweeps.ts';

const trained = (lab: Lab): string[] => lab.read('done').trim().split('\n').toSorted();
const coordinators = (lab: Lab) => lab.processes().filter(({ command }) => command.includes(' coordinate '));

describe('run --detach', () => {
  it('leaves a coordinator in a session of its own, which ends when the sweep has', async ({ lab }) => {
    const sweep = shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3]}\n');
    lab.write('sweep.yaml', sweep);
    const detached = await lab.labsweep('run', 'sweep.yaml', '--detach');
    expect(detached).toMatchObject({ code: exitCode.done, out: '' });
    expect(detached.err).toContain('toy runs in the background (process PID)');
    expect(detached.err).toContain('`labsweep resume toy` follows it');
    expect(coordinators(lab)).toHaveLength(1);

    await until('all start', () => lab.read('gate.waiting').trim().split('\n').length === 3);
    const again = await lab.labsweep('run', 'sweep.yaml', '--detach');
    expect(again.err).toContain('in the coordinator that holds the ledger (process PID)');
    const counts = async (): Promise<unknown> =>
      JSON.parse((await lab.labsweep('status', '--json')).out).sweeps[0].counts;
    // Who starts them hears of it later than they do.
    await expect.poll(counts, { timeout: 20_000 }).toMatchObject({ running: 3 });

    const follower = lab.type('run', 'sweep.yaml');
    await until('it follows', () => follower.said.err.includes('following it'));
    lab.write('gate', '');
    expect(await follower.ended).toMatchObject({ code: exitCode.done });
    expect(trained(lab)).toEqual(['1', '2', '3']);
    await until('the coordinator ends', () => coordinators(lab).length === 0);
    expect(lab.read('.labsweep/coordinator.log')).toContain('3 trials trained in');
  });

  it('says what is wrong with a sweep before anything is left behind', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: []}\n'));
    await lab.refused('run', 'sweep.yaml', '--detach');
  });
});

describe('pause', () => {
  it('starts nothing more; what runs goes to its end, and resume goes on', async ({ lab }) => {
    lab.inventory(2);
    const sweep = shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2, 3, 4, 5, 6]}\n');
    lab.write('sweep.yaml', sweep);
    const run = lab.type('run', 'sweep.yaml');
    await until('two start', () => lab.read('gate.waiting').trim().split('\n').length === 2);
    const paused = await lab.labsweep('pause', 'toy');
    expect(paused.out).toBe('paused: toy; what runs goes to its end\n');
    lab.write('gate', '');
    const ended = await run.ended;
    expect(ended.code).toBe(exitCode.failedInPart);
    expect(ended.err).toContain('Sweep toy is paused; `labsweep resume toy` goes on.');
    expect(trained(lab).length).toBeLessThanOrEqual(3);
    expect((await lab.labsweep('status')).out).toContain('toy: paused');

    expect(await lab.labsweep('resume', 'toy')).toMatchObject({ code: exitCode.done });
    expect(trained(lab)).toEqual(['1', '2', '3', '4', '5', '6']);
  });
});
