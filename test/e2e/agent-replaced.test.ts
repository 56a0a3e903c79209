import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { protocolVersion } from '../../src/protocol/messages.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const checkout = join(import.meta.dirname, '../..');
const slots = 2;
const wait = { timeout: 20_000, interval: 200 };

/** Trials write down on their host that they have begun, and wait there for the file `gate`. */
const sweepOf = (name: string, gate: string, count: number): string => {
  const script = `echo "${name} $0" >> ~/log; until [ -e ~/${gate} ]; do sleep 0.05; done; echo "{\\"score\\": $0}"`;
  return JSON.stringify({
    sweep: name,
    program: { command: ['sh', '-c', script, '{x}'] },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 0 },
    grid: { x: { from: 1, to: count } },
  });
};

/** The package as it is installed somewhere else, each of its built files changed. @returns its command */
function installed(folder: string, changed: (text: string) => string): string {
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(realpathSync(join(checkout, part)), join(folder, part), { recursive: true });
  symlinkSync(realpathSync(join(checkout, 'node_modules')), join(folder, 'node_modules'));
  for (const name of readdirSync(join(folder, 'dist')).filter((each) => /\.m?js$/.test(each))) {
    const file = join(folder, 'dist', name);
    writeFileSync(file, changed(readFileSync(file, 'utf8')));
  }
  return join(folder, 'bin/labsweep.js');
}

describe.skipIf(!isHere)('people with other versions of labsweep on the same account', () => {
  let bed: Bed;
  let folder: string;
  let another: string;
  let older: string;
  const people: Person[] = [];
  const person = (command?: string): Person => {
    const one = new Person(bed);
    if (command !== undefined) one.command = command;
    people.push(one);
    return one;
  };

  beforeAll(async () => {
    bed = await openBed({ hosts: 2, all: { slots } });
    folder = mkdtempSync(join(tmpdir(), 'labsweep-installed-'));
    another = installed(join(folder, 'another'), (text) => `${text}\n// another build\n`);
    const version = new RegExp(`protocolVersion = ${protocolVersion}\\b`, 'g');
    older = installed(join(folder, 'older'), (text) =>
      text.replaceAll(version, `protocolVersion = ${protocolVersion - 1}`),
    );
  });
  afterAll(async () => {
    await Promise.all(people.map((one) => one.leave()));
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const everywhere = (command: string, ...args: readonly string[]): Promise<string[]> =>
    Promise.all(bed.hosts.map(async (host) => (await host.exec(command, args)).stdout));
  const begun = async (name: string): Promise<number[]> =>
    (await everywhere('cat', '/home/lab/log')).flatMap((log) =>
      [...log.matchAll(new RegExp(`^${name} (\\d+)$`, 'gm'))].map(([, x]) => Number(x)),
    );
  /** Process and build of each host's agent. */
  const agents = async (): Promise<string[]> =>
    (await everywhere('pgrep', '-a', '-f', '-u', 'lab', 'agent/[0-9a-f]*.mjs serve')).map(
      (line) => /^(\d+) .*\/agent\/(\w+)\.mjs/.exec(line)?.slice(1).join(' ') ?? '',
    );
  const all = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  it('P1 P3 an agent that another build replaces hands its trials on, and each result comes in once', {
    timeout: 60_000,
  }, async () => {
    const theo = person();
    const mina = person(another);
    theo.write('one.yaml', sweepOf('one', 'go', 12));
    mina.write('two.yaml', sweepOf('two', 'go', 4));
    const his = theo.begin('run', 'one.yaml');
    await expect.poll(() => begun('one'), wait).toHaveLength(2 * slots);
    const before = await agents();
    const hers = mina.begin('run', 'two.yaml');
    await expect
      .poll(async () => (await mina.hosts()).map(({ queued }) => queued > 0), wait)
      .toEqual([true, true]);
    const after = await agents();
    for (const [at, agent] of after.entries()) {
      expect(agent).toMatch(/^\d+ \w+$/);
      expect(agent.split(' ')[1]).not.toBe(before[at]?.split(' ')[1]);
    }
    await everywhere('touch', '/home/lab/go');
    expect(await his.ended).toMatchObject({ code: exitCode.done });
    expect(await hers.ended).toMatchObject({ code: exitCode.done });
    expect(await theo.scores()).toEqual(all(12));
    expect(await mina.scores()).toEqual(all(4));
    expect((await begun('one')).toSorted((a, b) => a - b)).toEqual(all(12));
    // His coordinator is content with the newer one.
    expect(await agents()).toEqual(after);
  });

  it('who has an older version is told so, replaces nothing, and loses nothing when it is replaced', {
    timeout: 60_000,
  }, async () => {
    const theo = person(older);
    const before = await agents();
    theo.write('three.yaml', sweepOf('three', 'on', 8));
    const plain = new RegExp(
      `newer labsweep \\(protocol ${protocolVersion}, .*update labsweep on this machine`,
    );
    const told = await theo.type('run', 'three.yaml');
    expect(told.code, told.stderr).toBe(exitCode.noHost);
    expect(told.stderr).toMatch(plain);
    expect(await agents()).toEqual(before);
    // What an agent that ended by itself has left is the newer one's as well.
    await everywhere('pkill', '-TERM', '-f', '-u', 'lab', 'agent/[0-9a-f]*.mjs serve');
    await expect.poll(agents, wait).toEqual(['', '']);
    expect((await theo.type('hosts', 'check')).stdout).toMatch(plain);

    // Now he was first, and the newer one comes while his trials run.
    const mina = person();
    expect(await mina.type('hosts', 'clean')).toMatchObject({ code: exitCode.done });
    const run = theo.begin('run', 'three.yaml', '--json');
    await expect.poll(() => begun('three'), wait).toHaveLength(2 * slots);
    mina.write('four.yaml', sweepOf('four', 'on', 2));
    const hers = mina.begin('run', 'four.yaml');
    await expect.poll(() => run.said(), wait).toMatch(plain);
    await run.kill();
    await everywhere('touch', '/home/lab/on');
    expect(await hers.ended).toMatchObject({ code: exitCode.done });
    theo.command = mina.command;
    expect(await theo.type('resume')).toMatchObject({ code: exitCode.done });
    expect(await theo.scores()).toEqual(all(8));
    expect((await begun('three')).toSorted((a, b) => a - b)).toEqual(all(8));
  });
});
