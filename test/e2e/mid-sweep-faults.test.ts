/** What befalls hosts while a sweep runs on them: each is named, the others go on, and all comes in once it is mended. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, type Ended, openBed } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { until } from './lab.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const isHere = bedIsHere();
const points = 80;
const patience = { timeout: 30_000, interval: 200 };
/** Takes a few seconds over the line to the host that is rebooted meanwhile. */
const modelBytes = 8e6;

/** Waits for a word on its host, and then leaves a line there. */
const train = `until [ -e ~/gate ]; do sleep 0.1; done
echo "$1" >>~/done && echo "{\\"score\\": $1}"
`;

describe.skipIf(!isHere)('a sweep whose hosts are hit while it runs', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]): Promise<Ended> =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });
  const root = (host: string, script: string): Promise<Ended> => bed.host(host).exec('sh', ['-c', script]);
  const doneOn = async (host: string): Promise<string[]> =>
    (await root(host, 'cat /home/lab/done 2>/dev/null')).stdout.split('\n').filter((line) => line !== '');

  beforeAll(async () => {
    bed = await openBed({
      all: { slots: 2 },
      hosts: [
        { name: 'oak' },
        { name: 'reboots' },
        { name: 'rekeyed' },
        { name: 'fills', homeBytes: 64e6 },
        { name: 'small', homeBytes: 6e6 },
      ],
    });
    await bed.host('reboots').wan({ delayMs: 1, rateMbit: 20 });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-hit-'));
    const hosts = bed
      .inventory()
      .hosts.map((host) => ({ ...host, limits: { ...host.limits, disk: '10 MB' } }));
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ hosts }));
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'model/train.sh'), train);
    writeFileSync(join(folder, 'model/start.bin'), randomBytes(modelBytes));
    writeFileSync(
      join(folder, 'sweep.yaml'),
      `sweep: toy\nprogram: {command: [sh, train.sh, '{x}'], files: ./model}\nretries: 2\n` +
        `objective: {metric: score, goal: maximize}\nresources: {cpus: 0, gpus: 0}\n` +
        `grid: {x: {from: 1, to: ${points}}}\n`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('names each, goes on, and ends whole once they are mended', { timeout: 90_000 }, async () => {
    const running = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml'], { cwd: folder });
    let said = '';
    running.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    const end = ended(running);
    const reads = (line: RegExp): Promise<void> =>
      until(
        String(line),
        () => line.test(said),
        () => said,
      );

    const status = async (): Promise<string> => (await type('status')).stdout;
    await expect.poll(status, patience).toMatch(/^reboots +preparing: sending files: \d+ %/m);
    await bed.host('reboots').reboot();
    await reads(/^reboots cannot be used: the connection was cut$/m);

    await reads(
      /^small cannot be used: its disk has no room left in \/home\/lab\/\.labsweep \([\d.]+ [KM]?i?B were free when it was entered\); make room there, or/m,
    );

    await expect.poll(status, patience).toMatch(/^rekeyed +2 running/m);
    const known = readFileSync(bed.knownHosts, 'utf8');
    writeFileSync(bed.knownHosts, withAnotherKey(known, 'rekeyed'));
    await root('rekeyed', "pkill -f '^sshd.*: lab'");
    await reads(
      /^rekeyed cannot be used: rekeyed \(10\.77\.0\.13\) shows another host key .* hosts trust rekeyed$/m,
    );

    await expect.poll(status, patience).toMatch(/^fills +2 running/m);
    await root('fills', 'dd if=/dev/zero of=/home/lab/thesis.tar bs=4k; touch /home/lab/gate');
    // What a failed attempt made is removed, which may be room enough to write down why nothing starts.
    await reads(
      /^fills (?:cannot be used|starts nothing now|is left out until there is room again \(it is tried again by itself\)): .*make room /m,
    );

    await reads(/^reboots can be used again$/m);
    await root('fills', 'rm /home/lab/thesis.tar');
    writeFileSync(bed.knownHosts, known);
    for (const name of ['fills', 'rekeyed'])
      expect((await type('hosts', 'on', name)).code).toBe(exitCode.done);
    await reads(/^rekeyed can be used again$/m);
    await expect.poll(status, patience).toMatch(/^reboots +2 running/m);
    for (const { name } of bed.hosts) await root(name, 'touch /home/lab/gate');
    const run = await end;
    expect(run.code, run.stderr).toBe(exitCode.done);
    const done = (await Promise.all(bed.hosts.map(({ name }) => doneOn(name)))).flat().map(Number);
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: points }, (_, index) => index + 1));
  });
});

function withAnotherKey(known: string, host: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-key-'));
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    const [, blob = ''] = readFileSync(join(folder, 'key.pub'), 'utf8').split(' ');
    return known.replace(new RegExp(`^(${host},\\S+ ssh-ed25519) .*$`, 'm'), `$1 ${blob}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
