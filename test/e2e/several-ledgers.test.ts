import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const slots = 3;
const points = 24;
const all = Array.from({ length: points }, (_, index) => index + 1);

/** Each trial writes down on its host when it begins and ends; `gate` is a file that it waits for. */
const sweepOf = (who: string, gate: string | null, count = points): string => {
  const waits = gate === null ? 'sleep 0.2' : `until [ -e ~/${gate} ]; do sleep 0.05; done`;
  const script = `echo "+ ${who} $0" >> ~/log; ${waits}; echo "- ${who} $0" >> ~/log; echo "{\\"score\\": $0}"`;
  return JSON.stringify({
    sweep: gate ?? 'toy',
    program: { command: ['sh', '-c', script, '{x}'] },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 0 },
    grid: { x: { from: 1, to: count } },
  });
};

describe.skipIf(!isHere)('two state folders that use the same account on the same hosts', () => {
  let bed: Bed;
  let mina: Person;
  let theo: Person;

  beforeAll(async () => {
    bed = await openBed({ hosts: 2, all: { slots } });
    mina = new Person(bed);
    theo = new Person(bed);
  });
  afterAll(async () => {
    await Promise.all([mina.leave(), theo.leave()]);
    await bed.close();
  });

  /** Of each host, the lines that trials have written, in order. */
  const logs = async (): Promise<string[][]> => {
    const read = await Promise.all(bed.hosts.map((host) => host.exec('cat', ['/home/lab/log'])));
    return read.map(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  };

  it('P3 P4 have all of their own results, each once, and never more trials at once than the host takes', {
    timeout: 60_000,
  }, async () => {
    mina.write('toy.yaml', sweepOf('mina', null));
    theo.write('toy.yaml', sweepOf('theo', null));
    const runs = await Promise.all([mina, theo].map((person) => person.type('run', 'toy.yaml')));
    for (const { code, stderr } of runs) expect({ code, stderr }).toEqual({ code: exitCode.done, stderr });
    expect(await mina.scores()).toEqual(all);
    expect(await theo.scores()).toEqual(all);

    const lines = await logs();
    const begun = lines.flat().filter((line) => line.startsWith('+'));
    expect(begun.toSorted()).toEqual(
      ['mina', 'theo'].flatMap((who) => all.map((x) => `+ ${who} ${x}`)).toSorted(),
    );
    for (const log of lines) {
      let running = 0;
      let most = 0;
      for (const line of log) {
        running += line.startsWith('+') ? 1 : -1;
        most = Math.max(most, running);
      }
      // Both used it, and together no more of it than there is.
      expect(most).toBe(slots);
      for (const who of ['mina', 'theo']) expect(log.some((line) => line.includes(who))).toBe(true);
    }
  });

  it('see whose the trials there are, and `hosts clean` of one leaves the results of the other', {
    timeout: 60_000,
  }, async () => {
    theo.write('theirs.yaml', sweepOf('theo', 'theirs', 8));
    mina.write('mine.yaml', sweepOf('mina', 'mine', 4));
    const run = theo.begin('run', 'theirs.yaml');
    await expect
      .poll(async () => (await logs()).flat().filter((line) => line.startsWith('+ theo')).length, wait)
      .toBe(points + 2 * slots);
    const mine = mina.begin('run', 'mine.yaml');
    await expect
      .poll(async () => (await mina.hosts()).map(({ others }) => others.map(({ running }) => running)), wait)
      .toEqual([[slots], [slots]]);
    const said = (verb: string) => async (): Promise<string> => (await mina.type(verb)).stdout;
    await expect.poll(said('status'), wait).toMatch(/^host01 +\d waiting; of others 3 running.*, held /m);
    await expect
      .poll(said('status'), wait)
      .toMatch(new RegExp(`^host01: ${slots} running.* of root on .*, ${theo.folder}/.labsweep$`, 'm'));
    await expect.poll(said('why'), wait).toContain(`${slots} trials of ${slots} allowed`);

    const held = await mina.type('hosts', 'clean');
    expect(held).toMatchObject({ code: exitCode.failedInPart });
    expect(held.stdout).toContain(`of root on`);
    // Theo's laptop is closed; his trials end, and nobody has taken their results in.
    await run.kill();
    await Promise.all(bed.hosts.map((host) => host.exec('touch', ['/home/lab/theirs', '/home/lab/mine'])));
    expect((await mine.ended).code).toBe(exitCode.done);
    await expect
      .poll(async () => (await logs()).flat().filter((line) => line.startsWith('- theo')).length, wait)
      .toBe(points + 8);
    const still = await mina.type('hosts', 'clean');
    expect(still).toMatchObject({ code: exitCode.failedInPart });
    expect(still.stdout).toMatch(
      new RegExp(`^host01: it has \\d done and not taken in of root on .*${theo.folder}`),
    );

    expect(await theo.type('resume')).toMatchObject({ code: exitCode.done });
    expect(await theo.scores()).toEqual(all.slice(0, 8));
    const cleaned = await mina.type('hosts', 'clean');
    expect(cleaned).toMatchObject({ code: exitCode.done });
    expect(cleaned.stdout).toMatch(/^host01: .* removed .*\nhost02: .* removed/);
  });
});

const wait = { timeout: 15_000, interval: 200 };
