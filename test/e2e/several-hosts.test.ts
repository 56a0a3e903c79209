import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { shellSweep, waitsAt } from './sweeps.ts';

const names = ['alder', 'birch', 'cedar', 'maple'];

/** Four hosts that are this machine, each with a folder and an agent of its own. */
function fourHosts(lab: Lab, slots: number): void {
  const limits = { slots, load: 1_000, hostMemory: '100 MB', disk: '1 MB' };
  const hosts = names.map((name) => ({ name, transport: 'local', folder: `${lab.path(name)}/host`, limits }));
  lab.write('inventory.json', JSON.stringify({ hosts }));
}

const points = (count: number): string => `grid: {x: {from: 1, to: ${count}}}\n`;
const lines = (lab: Lab, file: string): number[] => lab.read(file).trim().split('\n').map(Number);

async function succeededBy(lab: Lab): Promise<Record<string, number>> {
  const { trials } = JSON.parse((await lab.labsweep('list', 'toy', '--json', '--succeeded')).out);
  const shares = Object.fromEntries(names.map((name) => [name, 0]));
  for (const { host } of trials) shares[host] = (shares[host] ?? 0) + 1;
  return shares;
}

describe('four hosts', () => {
  it('are evenly used, and every result is right', async ({ lab }) => {
    fourHosts(lab, 4);
    lab.write('sweep.yaml', shellSweep(`sleep 0.1; printf '{"score": %s}\\n' "$0"`, points(200)));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    const { rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    for (const { params, metrics } of rows) expect(metrics.score.mean).toBe(params.x);
    expect(rows).toHaveLength(200);
    // 50 each where the machine is idle; four agents share its cores with whatever else runs.
    for (const share of Object.values(await succeededBy(lab))) expect(share).toBeGreaterThanOrEqual(25);
  });

  it('work through their backlogs while the coordinator is gone, and nothing runs twice', async ({ lab }) => {
    fourHosts(lab, 2);
    lab.write('sweep.yaml', shellSweep(waitsAt(lab.path('gate'), lab.path('done')), points(40)));
    const run = lab.type('run', 'sweep.yaml');
    await until('all hosts start', () => lines(lab, 'gate.waiting').length === 8);
    run.child.kill('SIGKILL');
    await run.ended;
    lab.write('gate', '');
    const leased = 4 * 2 * 2;
    await until('their backlogs are done', () => lines(lab, 'done').length === leased);

    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(lines(lab, 'done').toSorted((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, x) => x + 1));
  });

  it('one of which fails everything: it is quarantined and the sweep ends whole', async ({ lab }) => {
    fourHosts(lab, 2);
    const broken = `case $PWD in */birch/*) echo 'python3: not found' >&2; exit 127; esac; `;
    lab.write('sweep.yaml', shellSweep(`${broken}sleep 0.05; printf '{"score": %s}\\n' "$0"`, points(60)));
    const ended = await lab.labsweep('run', 'sweep.yaml');
    expect(ended).toMatchObject({ code: exitCode.done });
    expect(ended.err).toMatch(/birch is left out from now on: .*127/);
    expect(await succeededBy(lab)).toMatchObject({ birch: 0 });
  });
});
