/** People add and remove servers while a sweep runs. */
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { shellSweep, waitsAt } from './sweeps.ts';

const points = 30;
const lines = (lab: Lab, file: string): string[] =>
  lab
    .read(file)
    .split('\n')
    .filter((line) => line !== '');

/** Hosts that are this machine, each with a folder and an agent of its own. */
function inventory(lab: Lab, hosts: Readonly<Record<string, object>>): void {
  const limits = { slots: 2, load: 1_000, hostMemory: '100 MB', disk: '1 MB' };
  const entries = Object.entries(hosts).map(([name, more]) => ({
    name,
    transport: 'local',
    folder: `${lab.path(name)}/host`,
    ...more,
    limits: { ...limits, ...('limits' in more && typeof more.limits === 'object' ? more.limits : {}) },
  }));
  lab.write('inventory.json', JSON.stringify({ hosts: entries }));
}

async function hostsOf(
  lab: Lab,
): Promise<Record<string, { state: string; running: number; queued: number }>> {
  const { hosts } = JSON.parse((await lab.labsweep('status', '--json')).out);
  return Object.fromEntries(hosts.map((host: { name: string }) => [host.name, host]));
}

/** Each trial waits, on the host that runs it, until that host's gate is there. */
const script = (lab: Lab): string => {
  const own = `host=\${PWD#'${lab.folder}'/}; host=\${host%%/*}; echo "$host $0" >>'${lab.path('where')}'; `;
  return own + waitsAt(lab.path('gate'), lab.path('done'));
};

describe('P1 P2 P3 an inventory that is edited while a sweep runs', () => {
  it('brings hosts, empties those that were taken out, and changes limits; each trial runs once', {
    timeout: 60_000,
  }, async ({ lab }) => {
    inventory(lab, { ash: {}, birch: {} });
    lab.write('sweep.yaml', shellSweep(script(lab), `grid: {x: {from: 1, to: ${points}}}\n`));
    const run = lab.type('run', 'sweep.yaml');
    const said = (): string => run.said.err;
    await until('both hosts start', () => lines(lab, 'where').length === 4, said);

    inventory(lab, { birch: { limits: { slots: 3 } }, cedar: { env: { COLOUR: 'red' } } });
    // The last that is said of it.
    const takenOut =
      'ash was taken out of the inventory: nothing more starts there, what runs goes to its end\n';
    await until('the edit', () => said().includes(takenOut), said);
    expect(said()).toContain('birch has another limits in the inventory\n');
    expect(said()).toContain('cedar is new in the inventory\n');
    await until(
      'the new host starts',
      () => lines(lab, 'where').some((line) => line.startsWith('cedar')),
      said,
    );
    await until(
      'one more runs on birch',
      () => lines(lab, 'where').filter((line) => line.startsWith('birch')).length === 3,
      said,
    );
    await expect
      .poll(async () => (await hostsOf(lab))['ash'], { timeout: 10_000 })
      .toMatchObject({
        state: 'off',
        running: 2,
        queued: 0,
      });

    lab.write('gate', '');
    await until('the first host has ended what ran there', () => lines(lab, 'done').length >= 7, said);
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(lines(lab, 'where').filter((line) => line.startsWith('ash'))).toHaveLength(2);
    const all = Array.from({ length: points }, (_, index) => String(index + 1));
    expect(lines(lab, 'done').toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
    const { rows } = JSON.parse((await lab.labsweep('leaderboard', '--json')).out);
    expect(
      rows.map((row: { params: { x: number } }) => row.params.x).toSorted((a: number, b: number) => a - b),
    ).toEqual(all.map(Number));
  });

  it('P8 is refused at its place where it cannot be meant, once, and the hosts stay as they were', {
    timeout: 60_000,
  }, async ({ lab }) => {
    inventory(lab, { ash: {} });
    const good = lab.read('inventory.json');
    lab.write('sweep.yaml', shellSweep(script(lab), 'grid: {x: {from: 1, to: 6}}\n'));
    const run = lab.type('run', 'sweep.yaml');
    const said = (): string => run.said.err;
    await until('the host starts', () => said().includes('2 running'), said);
    lab.write('inventory.json', good.replace('"slots":2', '"slots":0'));
    const problem =
      /^inventory\.json:1:\d+ {2}hosts\[0\]\.limits\.slots: .*\nThe hosts stay as they were before this edit\.\n/m;
    await until('the refusal', () => problem.test(said()), said);
    await expect
      .poll(async () => (await lab.labsweep('status')).out, { timeout: 10_000 })
      .toMatch(/^inventory\.json:1:\d+ {2}hosts\[0\]\.limits\.slots: /m);
    expect((await hostsOf(lab))['ash']).toMatchObject({ state: 'ready', running: 2 });
    lab.write('inventory.json', good);
    await expect
      .poll(async () => (await lab.labsweep('status')).out, { timeout: 10_000 })
      .not.toContain('limits.slots');
    lab.write('gate', '');
    const ended = await run.ended;
    expect(ended.code).toBe(exitCode.done);
    expect(ended.err.split(problem)).toHaveLength(2);
  });

  it('takes in a host at once for a command that names it', { timeout: 60_000 }, async ({ lab }) => {
    inventory(lab, { ash: {} });
    lab.write('sweep.yaml', shellSweep(script(lab), 'grid: {x: {from: 1, to: 6}}\n'));
    const run = lab.type('run', 'sweep.yaml');
    await until('the host starts', () => lines(lab, 'where').length === 2);
    inventory(lab, { ash: {}, birch: {} });
    expect((await lab.labsweep('hosts', 'drain', 'birch')).out).toMatch(/^birch drains: /);
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
  });

  it('takes a host out that holds trials while no coordinator runs: they come in once it is put back', {
    timeout: 60_000,
  }, async ({ lab }) => {
    inventory(lab, { ash: {} });
    lab.write('sweep.yaml', shellSweep(script(lab), 'grid: {x: {from: 1, to: 8}}\n'));
    const run = lab.type('run', 'sweep.yaml');
    await until('the host starts', () => run.said.err.includes('2 running'));
    run.child.kill('SIGKILL');
    await run.ended;
    inventory(lab, { birch: {} });
    const resumed = lab.type('resume');
    await until(
      'birch starts',
      () => lines(lab, 'where').some((line) => line.startsWith('birch')),
      () => resumed.said.err,
    );
    await expect
      .poll(async () => (await hostsOf(lab))['ash'], { timeout: 10_000 })
      .toMatchObject({
        state: 'off',
        because: 'it was taken out of the inventory',
        running: 2,
      });
    inventory(lab, { ash: {}, birch: {} });
    lab.write('gate', '');
    expect(await resumed.ended).toMatchObject({ code: exitCode.done });
    expect(
      lines(lab, 'done')
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
