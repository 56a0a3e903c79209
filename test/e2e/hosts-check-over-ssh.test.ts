import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();

const sweep = {
  sweep: 'toy',
  program: {
    command: ['python3', 'train.py', '{args}'],
    files: './model',
    activate: 'source /opt/site/modules.sh',
  },
  data: { path: '/data/words', version: 1 },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 1, gpus: 1, gpuMemory: '8 GiB' },
  grid: { x: [1, 2] },
};

/** The lines about the sweep, by host. */
const linesBy = (stdout: string): Record<string, string[]> =>
  Object.fromEntries(
    stdout
      .trimEnd()
      .split(/\n(?=\S)/)
      .map((block) => block.split('\n'))
      .map(([host = '', ...lines]) => [host, lines.slice(lines.indexOf('  toy') + 1)] as const),
  );

describe.skipIf(!isHere)('hosts check --sweep over SSH', () => {
  let bed: Bed;
  let person: Person;
  const sh = (host: string, script: string): Promise<unknown> => bed.host(host).exec('sh', ['-ec', script]);
  const processes = async (host: string): Promise<string> =>
    (await bed.host(host).exec('pgrep', ['-u', 'lab', '-a'])).stdout;

  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}], greeting: 'Welcome!' }, { node: false }] });
    person = new Person(bed);
    mkdirSync(join(person.folder, 'model'));
    person.write('model/train.py', 'import json, site_package\nimport never_there\n');
    person.write('sweep.yaml', JSON.stringify(sweep));
    const modules = 'export PYTHONPATH=/opt/site/packages; echo "modules of $(hostname)"';
    await sh(
      'host01',
      `mkdir -p /opt/site/packages /data/words && touch /opt/site/packages/site_package.py && echo '${modules}' >/opt/site/modules.sh`,
    );
    await sh('host02', 'mkdir -p /data/words && chmod 700 /data/words');
  });
  afterAll(async () => {
    await person.leave();
    await bed.close();
  });

  it('says of each host what a trial would meet there, and leaves nothing running but the agent', {
    timeout: 60_000,
  }, async () => {
    const { code, stdout } = await person.type('hosts', 'check', '--sweep', 'sweep.yaml');
    expect(code, stdout).toBe(exitCode.failedInPart);
    expect(stdout).toMatch(/^ {4}1 GPU: NVIDIA GeForce RTX 2080 Ti, 11 GiB$/m);
    expect(linesBy(stdout)).toEqual({
      host01: [
        '    data at /data/words',
        '    `activate` works',
        expect.stringMatching(/^ {4}python3 is \/\S+, Python 3\./),
        expect.stringMatching(/^ {2}x train\.py:2 imports never_there: ModuleNotFoundError: No module named/),
        '    imports that work: site_package',
        '    2 points fit the host when it is idle',
      ],
      host02: [
        expect.stringMatching(/^ {2}x the data set at \/data\/words may not be read by this user; /),
        expect.stringMatching(
          /^ {2}x `activate` fails at line 1 \(source \S+\) with exit code 1: .*modules\.sh: No such file or directory \(its log there: \/home\/lab\//,
        ),
        expect.stringMatching(/^ {2}x no point fits: needs a GPU, and the host has none; /),
      ],
    });
    // The agent, which nobody needs and which so ends by itself.
    const isOfTheAgent = (line: string): boolean => /agent|launcher|sshd|nvidia-smi/.test(line);
    for (const host of ['host01', 'host02']) {
      const left = (await processes(host)).trim().split('\n');
      expect(
        left.filter((line) => !isOfTheAgent(line)),
        host,
      ).toEqual([]);
    }
    expect((await bed.host('host01').exec('find', ['/home/lab/.labsweep', '-path', '*/runs/*'])).stdout).toBe(
      '',
    );
  });

  it('ends what it tries there with whoever asked, and Ctrl-C leaves nothing here either', {
    timeout: 30_000,
  }, async () => {
    await sh('host01', 'echo "sleep 543" >/opt/site/modules.sh');
    const temporary = join(person.folder, 'tmp');
    mkdirSync(temporary);
    const command = [person.command, 'hosts', 'check', '--sweep', 'sweep.yaml'];
    const options = { cwd: person.folder, env: { TMPDIR: temporary } };
    const asked = bed.spawn(process.execPath, command, options);
    const isTried = async (): Promise<boolean> => (await processes('host01')).includes('sleep 543');
    await expect.poll(isTried, { timeout: 15_000, interval: 100 }).toBe(true);
    const kept = (): string[] => readdirSync(temporary).filter((name) => name.startsWith('labsweep-'));
    expect(kept()).toContainEqual(expect.stringMatching(/^labsweep-check-/));
    asked.kill('SIGINT');
    expect(await ended(asked)).toMatchObject({ code: exitCode.interrupted, stdout: '' });
    expect(kept()).toEqual([]);
    await expect.poll(isTried, { timeout: 10_000, interval: 100 }).toBe(false);
  });
});
