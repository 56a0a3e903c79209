/** Bad hosts, and what they get: named with the remedy, while the rest of the lab goes on. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import type { Bed, Ended } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { inventoryOf, openBrokenLab, remedies } from './broken-lab.ts';
import { until } from './lab.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const isHere = bedIsHere();
const points = 30;
const patience = { timeout: 40_000, interval: 250 };
const broken = Object.keys(remedies);
/** Of two entries for one machine whoever comes second is told. */
const twins =
  /^(?:elm|twin) cannot be used: it is the same machine as (?:twin|elm); keep one entry of the two$/m;

const noGpusNews =
  /^(?:elm|twin) has trouble with its GPUs: Failed to initialize NVML: .*; its driver was updated and /m;
/** Where the driver says an error instead of figures. */
const noGpus =
  /^(?:elm|twin): Failed to initialize NVML: Driver\/library version mismatch;\s+its driver was\s/m;

describe.skipIf(!isHere)('a lab most of whose hosts are broken, each in its own way', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]): Promise<Ended> =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });
  const inventory = (isWanted: (name: string) => boolean = () => true): void => {
    const hosts = inventoryOf(bed).filter(({ name }) => isWanted(name));
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify({ hosts }));
  };

  beforeAll(async () => {
    bed = await openBrokenLab();
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-broken-'));
    mkdirSync(join(folder, 'model'));
    const script = `until [ -e /tmp/gate ]; do sleep 0.1; done; echo "{\\"score\\": $1}"`;
    writeFileSync(join(folder, 'model/train.sh'), script);
    writeFileSync(
      join(folder, 'sweep.yaml'),
      `sweep: toy\nprogram: {command: [sh, train.sh, '{x}'], files: ./model}\n` +
        `objective: {metric: score, goal: maximize}\nresources: {cpus: 0, gpus: 0}\n` +
        `grid: {x: {from: 1, to: ${points}}}\n`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('names each with its remedy, and goes on with the others', { timeout: 90_000 }, async () => {
    inventory();
    const checking = type('hosts', 'check');
    const running = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml'], { cwd: folder });
    let said = '';
    running.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    const end = ended(running);
    const newsOf = (name: string): string =>
      new RegExp(`^${name} cannot be used: (.*)$`, 'm').exec(said)?.[1] ?? '';
    await until(
      'a word on every broken host',
      () => twins.test(said) && noGpusNews.test(said) && broken.every((name) => newsOf(name) !== ''),
      () => said,
    );
    for (const name of broken) expect(newsOf(name)).toMatch(remedies[name] ?? '');
    const untold = async (): Promise<string[]> => {
      const { stdout } = await type('status');
      return [
        ...broken.filter((name) => !stdout.includes(`\n${name}: ${newsOf(name)}\n`)),
        ...[/^oak +2 running/m, /^(?:elm|twin) +2 running/m, /^elsewhere +2 running/m, noGpus]
          .filter((line) => !line.test(stdout))
          .map(() => stdout),
      ];
    };
    await expect.poll(untold, patience).toEqual([]);
    for (const name of ['oak', 'elm', 'noexec']) await bed.host(name).exec('touch', ['/tmp/gate']);
    const run = await end;
    expect(run.code, run.stderr).toBe(exitCode.done);
    const board: { rows: { params: { x: number } }[] } = JSON.parse(
      (await type('leaderboard', '--json')).stdout,
    );
    expect(board.rows.map(({ params }) => params.x)).toEqual(
      Array.from({ length: points }, (_, i) => points - i),
    );
    expectChecked(await checking);
  });

  it('ends with 3 where none of them is left, with the reason of each', { timeout: 30_000 }, async () => {
    inventory((name) => broken.includes(name));
    const run = await type('run', 'sweep.yaml', '--json');
    expect(run.code, run.stderr).toBe(exitCode.noHost);
    expect(run.stderr).toMatch(
      /^No host can go on with 30 trials of toy; `labsweep run sweep.yaml` tries again\.\n$/m,
    );
    const events = run.stdout
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ event: 'end', succeeded: 0 });
    for (const name of broken) {
      const because = expect.stringMatching(remedies[name] ?? '');
      expect(events).toContainEqual({ event: 'host', host: name, state: 'unreachable', because });
      expect(run.stderr).toContain(`\n${name}: the host cannot be used: `);
    }
  });
});

/** What is broken, what is odd and does no harm, and what is well. */
function expectChecked({ code, stdout }: Ended): void {
  expect(code).toBe(exitCode.failedInPart);
  const findings = new Map<string, string[]>();
  for (const line of stdout.trimEnd().split('\n')) {
    const of = [...findings.values()].at(-1);
    if (line.startsWith('  ')) of?.push(line);
    else findings.set(line, []);
  }
  for (const name of broken) expect(findings.get(name)).toEqual([expect.stringMatching(remedyLine(name))]);
  expect(findings.get('twin')).toContain('  x the same machine as elm; keep one entry of the two');
  expect(findings.get('oak')).toContain(
    '  ! its login files print "Your quota is 98 % used.": harmless here, but scp and rsync stumble over it',
  );
  expect(findings.get('oak')).toContainEqual(
    '  x of its GPUs: nvidia-smi does not answer; trials that may use a GPU wait; its driver hangs: as a rule only a reboot mends that',
  );
  expect(findings.get('elm')).toContainEqual(
    expect.stringMatching(
      /^  x of its GPUs: Failed to initialize NVML: .*; trials that may use a GPU wait; its driver was updated and /,
    ),
  );
  expect(findings.get('elm')).toContain(
    '  ! its clock is 3 d behind: no trial minds, times are measured on one machine',
  );
  expect(findings.get('elsewhere')?.[0]).toMatch(/^ {4}lab in \/tmp\/labsweep-lab /);
}

const remedyLine = (name: string): RegExp =>
  new RegExp((remedies[name]?.source ?? '').replace(/^\^/, '^  x '));
