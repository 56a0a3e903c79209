import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { ended as whole } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { until } from './lab.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');

/** Never ends on a host that is `stuck`; takes its time where the second attempts run. */
const script = '[ -e ~/stuck ] && exec sleep 3141; [ -e ~/slow ] && sleep 6; echo "{\\"score\\": $0}"';
const sweep = {
  sweep: 'toy',
  program: { command: ['sh', '-c', script, '{x}'] },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0, gpus: 0 },
  grid: { x: { from: 1, to: 6 } },
};

const patience = { timeout: 30_000, interval: 100 };

describe.skipIf(!bedIsHere())('P3 a host that is silent for longer than its inventory grants', () => {
  let bed: Bed;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-silent-'));
    bed = await openBed({ hosts: 3, all: { slots: 2 } });
    const inventory = JSON.parse(readFileSync(join(bed.folder, 'inventory.json'), 'utf8')) as object;
    const patient = { ...inventory, defaults: { lostAfter: '3 s' } };
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify(patient));
    writeFileSync(join(folder, 'sweep.yaml'), JSON.stringify(sweep));
  });
  afterAll(async () => {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has its trials started elsewhere once others idle; once it is back, what ran on there is ended', {
    timeout: 90_000,
  }, async () => {
    const [first, ...others] = bed.hosts;
    if (first === undefined) throw new Error('the bed has hosts');
    const sleepers = async (): Promise<string> =>
      (await first.exec('pgrep', ['-fc', '^sleep 3141'])).stdout.trim();
    await first.exec('sh', ['-c', 'touch /home/lab/stuck']);
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml', '--json'], { cwd: folder });
    let said = '';
    run.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = (outcome: string): number => said.split(`"outcome":"${outcome}"`).length - 1;
    const startsOnFirst = (): number => said.match(/"started".*"host01"/g)?.length ?? 0;
    await until(
      'the others to be through',
      () => ended('succeeded') === 4 && startsOnFirst() === 2,
      () => said,
    );
    // It says that they have started before they are what they will be.
    await expect.poll(sleepers, patience).toBe('2');
    await Promise.all(others.map((host) => host.exec('sh', ['-c', 'touch /home/lab/slow'])));
    await first.drop();
    await until(
      'its trials to be given up',
      () => ended('lost') === 2,
      () => said,
    );
    await first.undrop();
    const [code] = await new Promise<[number | null]>((resolve) =>
      run.once('close', (code) => resolve([code])),
    );
    expect(code, said).toBe(exitCode.done);
    expect(ended('succeeded'), said).toBe(6);
    expect(ended('cancelled'), said).toBe(2);
    expect(await sleepers()).toBe('0');
    expect(said).not.toContain('is silent');
  });

  it('is named at the end of the run where it stays silent, with what may still run there', {
    timeout: 90_000,
  }, async () => {
    const [first, ...others] = bed.hosts;
    if (first === undefined) throw new Error('the bed has hosts');
    await Promise.all(others.map((host) => host.exec('rm', ['-f', '/home/lab/slow'])));
    const args = [labsweep, 'run', 'sweep.yaml', '--json', '--state', 'again'];
    const run = bed.spawn(process.execPath, args, { cwd: folder });
    const end = whole(run);
    await expect
      .poll(async () => (await first.exec('pgrep', ['-fc', '^sleep 3141'])).stdout.trim(), patience)
      .toBe('2');
    await first.drop();
    const { code, stderr } = await end;
    expect(code, stderr).toBe(exitCode.done);
    expect(stderr).toContain(
      'host01 is silent and may still run 2 trials that were given up there; `labsweep resume` ends them once it is back.\n',
    );
    await first.undrop();
    const resume = [labsweep, 'resume', '--state', 'again'];
    const next = await bed.run(process.execPath, resume, { cwd: folder });
    expect(next.code, next.stderr).toBe(exitCode.done);
    expect(next.stderr).not.toContain('is silent');
    await expect
      .poll(async () => (await first.exec('pgrep', ['-fc', '^sleep 3141'])).stdout.trim(), patience)
      .toBe('0');
  });
});
