/** Real trials and a real agent in 600 MiB, with the kernel that kills what takes more. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab } from './lab.ts';
import { groupsAreHere, MemoryGroup } from './memory-group.ts';
import { signal } from './processes.ts';
import type { Told } from './told.ts';

const built = join(import.meta.dirname, '../../dist/agent.mjs');
const mib = 2 ** 20;

/** Takes so many MiB, a second later than it begins, and keeps them for a while; a leak takes more and more. */
const train = `
import json, sys, time
mib, seconds, leaks = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3] == 'true'
time.sleep(0.5)
taken = [b'x' * (mib << 20)]
until = time.monotonic() + seconds
while leaks or time.monotonic() < until:
    time.sleep(0.25)
    if leaks: taken.append(b'x' * (12 << 20))
print(json.dumps({'score': mib}))
`;

const sweepOf = (grid: string, more = ''): string =>
  `sweep: toy\nprogram: {command: [python3, train.py, '{mib}', '{seconds}', '{leaks}'], files: ./model}\n` +
  `objective: {metric: score, goal: maximize}\nresources: {cpus: 0${more}}\nreplicates: 2\n${grid}`;

describe.skipIf(!groupsAreHere())('in a control group of 600 MiB', () => {
  let group: MemoryGroup;

  beforeEach(() => {
    group = new MemoryGroup(600 * mib);
  });

  afterEach(async () => {
    for (const pid of group.processes) signal(pid, 'SIGKILL');
    await expect.poll(() => group.processes, { timeout: 20_000 }).toEqual([]);
    group.remove();
  });

  /** The agent and its trials are in the group; who typed the command is not. */
  async function run(lab: Lab, sweep: string): Promise<Told> {
    lab.inventory(8, { limits: { load: 1_000, disk: '1 MB' } });
    lab.write('model/train.py', train);
    lab.write('sweep.yaml', sweep);
    const env = { PATH: '/usr/bin:/bin', HOME: lab.path('home') };
    const agent = lab.write('agent/limited.mjs', readFileSync(built, 'utf8'));
    group.run([process.execPath, agent, 'start', '--folder', lab.host], env);
    lab.patienceMs = 150_000;
    return lab.labsweep('run', 'sweep.yaml');
  }

  it('trials of 150 to 350 MiB all end, with at most one kill a shape', { timeout: 180_000 }, async ({
    lab,
  }) => {
    const grid = 'fixed: {seconds: 1.5, leaks: false}\ngrid: {mib: [150, 200, 250, 300, 350]}\n';
    const { code, err } = await run(lab, sweepOf(grid));
    expect(code, err).toBe(exitCode.done);
    const killed = [...err.matchAll(/^(mib=\d+) .* ran out of memory/gm)].map(([, point]) => point);
    expect(killed).toEqual([...new Set(killed)]);
    expect(group.kills).toBe(killed.length);
  });

  it('trials of 700 MiB end as what fits no device, with the figures', { timeout: 180_000 }, async ({
    lab,
  }) => {
    const { code, err } = await run(
      lab,
      sweepOf('fixed: {seconds: 1, leaks: false}\ngrid: {mib: [100, 700]}\n'),
    );
    expect(code).toBe(exitCode.failedInPart);
    expect(err).toMatch(
      /given up: fits no device: here: ran out of memory with \d+ MiB of the 600 MiB that its control group allows; the host has 600 MiB/,
    );
    // Each trial once beside another at most, and once alone.
    for (const seed of [1, 2]) {
      const ends =
        err.match(new RegExp(`^mib=700 seed=${seed} .* (?:ran out of memory|gave way)`, 'gm')) ?? [];
      expect(ends.length).toBeLessThanOrEqual(2);
    }
    const { out } = await lab.labsweep('list');
    expect(out.match(/mib=100 .* succeeded/g)).toHaveLength(2);
    expect(out.match(/mib=700 .* failed/g)).toHaveLength(2);
  });

  it('a trial that leaks is ended, and its neighbours and the agent go on', { timeout: 180_000 }, async ({
    lab,
  }) => {
    const grid = 'fixed: {mib: 100, seconds: 12}\ngrid: {leaks: [false, true]}\n';
    const { err } = await run(lab, sweepOf(grid, ', hostMemory: 130MB'));
    expect(err).toMatch(/^leaks=true .* (?:gave way|ran out of memory)/m);
    expect(err).not.toMatch(/^leaks=false .* (?:gave way|ran out of memory|failed)/m);
    expect(err).toMatch(/fits no device/);
    const { out } = await lab.labsweep('list');
    expect(out.match(/leaks=false .* succeeded/g)).toHaveLength(2);
    const log = lab.files().find((name) => name.endsWith('agent.log'));
    expect(lab.read(log ?? '').match(/^.* serves /gm)).toHaveLength(1);
  });
});
