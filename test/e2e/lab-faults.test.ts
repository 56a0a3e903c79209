import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, type Ended, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { until } from './lab.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const isHere = bedIsHere();
const points = 60;
const all = Array.from({ length: points }, (_, index) => index + 1);

const sweepOf = (command: readonly string[]): string =>
  JSON.stringify({
    sweep: 'toy',
    program: { command },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 0 },
    grid: { x: { from: 1, to: points } },
  });

describe.skipIf(!isHere)('a lab of four hosts in which something goes wrong', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]): Promise<Ended> =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });

  beforeAll(async () => {
    bed = await openBed({ hosts: 4, all: { slots: 2 } });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-lab-faults-'));
    cpSync(join(bed.folder, 'inventory.json'), join(folder, 'inventory.json'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** What trials have written on all hosts into the file `done`. */
  const done = async (): Promise<number[]> => {
    const files = await Promise.all(bed.hosts.map((host) => host.exec('cat', ['/home/lab/done'])));
    return files.flatMap(({ stdout }) =>
      stdout
        .split('\n')
        .filter((line) => line !== '')
        .map(Number),
    );
  };

  it('P1 works on while the laptop is closed and cut off, and nothing is lost or run twice', {
    timeout: 90_000,
  }, async () => {
    // All but the first wait for a word on their host, which it gets when the laptop is gone.
    const script =
      'test $0 -le 8 || until test -e ~/gate; do sleep 0.1; done; sleep 0.2; echo "$0" >> ~/done; echo "{\\"score\\": $0}"';
    writeFileSync(join(folder, 'sweep.yaml'), sweepOf(['sh', '-c', script, '{x}']));
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml', '--json'], { cwd: folder });
    let said = '';
    run.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('a first result', () => said.includes('"event":"ended"'));
    run.kill('SIGKILL');
    await Promise.all(bed.hosts.map((host) => host.drop()));
    const before = (await done()).length;
    await Promise.all(bed.hosts.map((host) => host.exec('touch', ['/home/lab/gate'])));
    await expect.poll(async () => (await done()).length, { timeout: 30_000 }).toBeGreaterThan(before);
    let now = (await done()).length;
    let settled = false;
    // Every host has come to the end of what it was given when a second goes by without another end.
    while (!settled) {
      await bed.run('sleep', ['1']);
      const count = (await done()).length;
      settled = count === now;
      now = count;
    }
    await Promise.all(bed.hosts.map((host) => host.undrop()));
    const on = await type('resume');
    expect(on.code, on.stderr).toBe(exitCode.done);
    expect((await done()).toSorted((a, b) => a - b)).toEqual(all);
  });

  it('P5 quarantines the host on which everything fails, and ends whole on the others', {
    timeout: 90_000,
  }, async () => {
    const runner = '#!/bin/sh\nsleep 0.3\necho "{\\"score\\": $1}"\n';
    const broken = '#!/bin/sh\necho "ImportError: libcudart.so.12" >&2\nexit 1\n';
    for (const host of bed.hosts) {
      const text = host.name === 'host03' ? broken : runner;
      await host.exec('sh', ['-c', 'cat > /usr/local/bin/runner && chmod 755 /usr/local/bin/runner'], text);
    }
    writeFileSync(join(folder, 'sweep.yaml'), sweepOf(['runner', '{x}']));
    const run = await type('run', 'sweep.yaml', '--json');
    expect(run.code, run.stderr).toBe(exitCode.done);
    const status = await type('hosts', 'list');
    expect(status.stdout).toMatch(/host03.*quarantined/);
  });
});
