import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, type Ended, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const isHere = bedIsHere();

describe.skipIf(!isHere)('a host that is taken out of use while a sweep runs', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]): Promise<Ended> =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });

  beforeAll(async () => {
    bed = await openBed({ hosts: 2, all: { slots: 2 } });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-in-use-'));
    cpSync(join(bed.folder, 'inventory.json'), join(folder, 'inventory.json'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sessions = async (host: string): Promise<string> =>
    (await bed.host(host).exec('pgrep', ['-u', 'lab', '-a', 'sshd'])).stdout;
  const comes = (what: () => Promise<boolean>): Promise<boolean> =>
    vi.waitUntil(what, { timeout: 20_000, interval: 100 });

  it('is left when its trials have ended, and entered again when it is used again', {
    timeout: 60_000,
  }, async () => {
    const script =
      'while test -e ~/hold; do touch ~/held-$0; sleep 0.1; done; sleep 0.2; echo "{\\"score\\": $0}"';
    const hold = (host: string): Promise<unknown> => bed.host(host).exec('touch', ['/home/lab/hold']);
    const goOn = (host: string): Promise<unknown> => bed.host(host).exec('rm', ['/home/lab/hold']);
    const trials = 80;
    const sweep = {
      program: { command: ['sh', '-c', script, '{x}'] },
      objective: { metric: 'score', goal: 'maximize' },
      resources: { cpus: 0, gpus: 0 },
      grid: { x: { from: 1, to: trials } },
    };
    writeFileSync(join(folder, 'sweep.yaml'), JSON.stringify(sweep));
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml', '--json'], { cwd: folder });
    let said = '';
    run.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const over = new Promise<number | null>((resolve) => run.once('close', resolve));
    const count = (event: string, host: string): number =>
      said.split('\n').filter((line) => line.includes(`"event":"${event}"`) && line.includes(host)).length;
    const endedOn = (host: string): number => count('ended', host);
    const runningOn = (host: string): number => count('started', host) - endedOn(host);
    const heldOn = async (host: string): Promise<number> =>
      (await bed.host(host).exec('ls', ['/home/lab'])).stdout
        .split('\n')
        .filter((name) => name.startsWith('held-')).length;
    await comes(async () => endedOn('host01') > 0 && endedOn('host02') > 0);
    await Promise.all(['host01', 'host02'].map(hold));
    await comes(async () => (await heldOn('host02')) === 2 && runningOn('host02') === 2);

    const off = await type('hosts', 'off', 'host02', '--because', 'it is moved');
    expect(off.stdout).toMatch(
      /^host02 is off, as `status` and `why` say now \(it is moved\): (\d+ trials? waiting there will run elsewhere, )?2 trials running there will go to the end; nothing more starts there before `labsweep hosts on host02`\n$/,
    );
    expect(await sessions('host02')).not.toBe('');
    await goOn('host02');
    await comes(async () => (await sessions('host02')) === '');

    await type('hosts', 'on', 'host02');
    await comes(async () => (await sessions('host02')) !== '');
    await goOn('host01');
    expect(await over).toBe(exitCode.done);
    expect(endedOn('host01') + endedOn('host02')).toBe(trials);
  });
});
