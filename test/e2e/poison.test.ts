/** A trial that makes its host crash: the host goes down when the trial says that it runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import type { BedHost } from '../bed/bed-host.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const poison = 3;
const points = 12;

/** What runs when, in which boot, is written where a crash leaves it. */
const train = `read boot </proc/sys/kernel/random/boot_id
echo "$boot start $0" >>/var/lab/trials
if [ "$0" = ${poison} ]; then sleep 60; fi
sleep 0.4
echo "$boot end $0" >>/var/lab/trials
echo "{\\"score\\": $0}"`;

describe.skipIf(!bedIsHere())('a trial that makes each host crash on which it runs', () => {
  let bed: Bed;
  let folder: string;
  beforeAll(async () => {
    bed = await openBed({ hosts: 3, all: { slots: 3 } });
    for (const host of bed.hosts) await host.exec('install', ['-d', '-m', '777', '/var/lab']);
    folder = mkdtempSync(join(tmpdir(), 'labsweep-poison-'));
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify(bed.inventory()));
    writeFileSync(
      join(folder, 'sweep.yaml'),
      JSON.stringify({
        sweep: 'toy',
        program: { command: ['sh', '-c', train, '{x}'] },
        objective: { metric: 'score', goal: 'maximize' },
        resources: { cpus: 0, gpus: 0 },
        retries: 0,
        grid: { x: { from: 1, to: points } },
      }),
    );
  });
  afterAll(async () => {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What has started on a host and not ended, in order, since it started itself. */
  const running = async (host: BedHost): Promise<string[]> => {
    const { stdout } = await host.exec('cat', ['/proc/sys/kernel/random/boot_id', '/var/lab/trials']);
    const [now, ...lines] = stdout.split('\n');
    const started: string[] = [];
    for (const line of lines) {
      const [boot, word, trial = ''] = line.split(' ');
      if (boot !== now) continue;
      if (word === 'start') started.push(trial);
      else started.splice(started.indexOf(trial), 1);
    }
    return started;
  };

  it('is given up after it ran alone on two hosts, and all that ran beside it succeeds', {
    timeout: 90_000,
  }, async () => {
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml', '--json'], { cwd: folder });
    const end = ended(run);
    const crashes: string[][] = [];
    while (run.exitCode === null)
      for (const host of bed.hosts) {
        const there = await running(host);
        if (!there.includes(String(poison))) continue;
        crashes.push(there);
        await host.reboot();
      }
    const { code, stdout, stderr } = await end;
    expect(code, stderr).toBe(exitCode.failedInPart);
    expect(stdout.trim().split('\n').at(-1)).toContain(`"succeeded":${points - 1},"failed":1`);
    expect(crashes).toHaveLength(4);
    expect(crashes.slice(2)).toEqual([[String(poison)], [String(poison)]]);
    const why = await bed.run(process.execPath, [labsweep, 'why', `x=${poison}`], { cwd: folder });
    expect(why.stdout).toMatch(
      /it was given up: hosts go down under it: it ran alone on host0\d and host0\d, which went down/,
    );
  });

  it('is not what a host was shut down for: that blames no trial, and takes none', {
    timeout: 60_000,
  }, async () => {
    const [host] = bed.hosts;
    if (host === undefined) throw new Error('a bed has hosts');
    const text = readFileSync(join(folder, 'sweep.yaml'), 'utf8');
    const patient = text.replace('sleep 60', 'until [ -e /var/lab/gate ]; do sleep 0.1; done');
    const inventory = { hosts: bed.inventory().hosts.filter(({ name }) => name === host.name) };
    writeFileSync(join(folder, 'one-host.json'), JSON.stringify(inventory));
    writeFileSync(join(folder, 'patient.yaml'), patient.replace('"toy"', '"patient"'));
    await host.exec('install', ['-m', '666', '/dev/null', '/var/lab/trials']);
    const args = [labsweep, 'run', 'patient.yaml', '--inventory', 'one-host.json'];
    const run = bed.spawn(process.execPath, args, { cwd: folder });
    const end = ended(run);
    await expect.poll(() => running(host), { timeout: 30_000 }).toContain(String(poison));
    await host.halt();
    await host.start();
    await host.exec('touch', ['/var/lab/gate']);
    const { code, stderr } = await end;
    expect(code, stderr).toBe(exitCode.done);
    expect(stderr).toContain(
      `x=${poison} on ${host.name} lost: its host was shut down (will be tried again)`,
    );
  });
});
