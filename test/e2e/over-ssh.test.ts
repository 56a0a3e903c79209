import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, type Ended, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const isHere = bedIsHere();

/** One line of shell as the program: its result is its parameter, and it says on which host it ran. */
const oneLiner = (points: number): string => `sweep: toy
program: {command: [sh, -c, 'sleep 0.2; echo "{\\"score\\": $0, \\"host\\": \\"$(hostname)\\"}"', '{x}']}
objective: {metric: score, goal: maximize}
grid: {x: {from: 1, to: ${points}}}
resources: {cpus: 0, gpus: 0}
`;

interface EndedTrial {
  readonly host: string;
  readonly metrics: Readonly<Record<string, number>>;
}

describe.skipIf(!isHere)('a lab of four hosts, two of them without Node and with one home', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]): Promise<Ended> =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });
  const endedOf = ({ stdout }: Ended): EndedTrial[] =>
    stdout
      .split('\n')
      .filter((line) => line.startsWith('{"event":"ended"'))
      .map((line): EndedTrial => JSON.parse(line));

  beforeAll(async () => {
    const bare = { node: false, sharedHome: 'nfs' };
    bed = await openBed({ hosts: [{ greeting: 'Welcome to host01!' }, { sftp: false }, bare, bare] });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labsweep-over-ssh-'));
    cpSync(join(bed.folder, 'inventory.json'), join(folder, 'inventory.json'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const left = (host: string): Promise<string> =>
    bed
      .host(host)
      .exec('sh', [
        '-c',
        'ls -A /home/lab/.labsweep /tmp/labsweep-* 2>/dev/null; pgrep -u lab -a | grep -v sshd',
      ])
      .then(({ stdout }) => stdout);

  it('is checked, runs 200 points on all of them, and is left as it was found', {
    timeout: 90_000,
  }, async () => {
    const checked = await type('hosts', 'check');
    expect(checked.code, checked.stdout).toBe(exitCode.done);
    expect(checked.stdout).toMatch(
      /^host01\n {4}lab in \/home\/lab\/\.labsweep .*\n {4}.*\n {2}! its login files print "Welcome to host01!"/m,
    );
    expect(checked.stdout).toMatch(/^host03\n.*\n.*Node 24\.\d+\.\d+ \(put there by labsweep\)/m);
    // Files that come along lie in read-only folders on the hosts.
    mkdirSync(join(folder, 'program/part'), { recursive: true });
    writeFileSync(join(folder, 'program/part/note'), 'of the program');
    writeFileSync(
      join(folder, 'sweep.yaml'),
      oneLiner(200).replace('{command:', '{files: program, command:'),
    );
    const run = await type('run', 'sweep.yaml', '--json');
    expect({ code: run.code, err: run.code === 0 ? '' : run.stderr }).toEqual({
      code: exitCode.done,
      err: '',
    });
    const ended = endedOf(run);
    const scores = ended.map(({ metrics }) => metrics['score'] ?? 0).toSorted((a, b) => a - b);
    expect(scores).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const byHost = Map.groupBy(ended, ({ host }) => host);
    expect([...byHost.keys()].toSorted()).toEqual(['host01', 'host02', 'host03', 'host04']);
    for (const [host, own] of byHost) expect(own.length, host).toBeGreaterThanOrEqual(25);

    const clean = await type('hosts', 'clean');
    expect(clean).toMatchObject({ code: exitCode.done });
    expect(clean.stdout).toMatch(
      /^host03: \/home\/lab\/\.labsweep removed .*\nhost04: nothing of labsweep is there$/m,
    );
    for (const { name } of bed.hosts) expect(await left(name), name).toBe('');
  });

  it('goes on with the rest of the lab where a host is down, unknown or refuses', {
    timeout: 60_000,
  }, async () => {
    const inventory: { hosts: Record<string, unknown>[] } = JSON.parse(
      readFileSync(join(folder, 'inventory.json'), 'utf8'),
    );
    inventory.hosts.push(
      { name: 'gone', address: '10.77.0.250' },
      { name: 'nobody', address: 'no-such-host.invalid' },
      { name: 'other', address: '10.77.0.11', user: 'nosuchuser' },
    );
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify(inventory));
    writeFileSync(join(folder, 'sweep.yaml'), oneLiner(20));
    const run = await type('run', 'sweep.yaml', '--json');
    expect(run.code, run.stderr).toBe(exitCode.done);
    expect(endedOf(run)).toHaveLength(20);
    const { code, stdout } = await type('hosts', 'check', 'gone', 'nobody', 'other');
    expect(code).toBe(exitCode.noHost);
    expect(stdout).toMatch(/^gone\n {2}x .+\nnobody\n {2}x .+\nother\n {2}x .+$/m);
  });
});
