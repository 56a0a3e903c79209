/** Hosts whose power fails under load: what they are trusted with afterwards, and when that teaches nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import type { Gpu } from '../bed/gpus.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

/** Watts: two GPUs of 250 W each take 400 W, which is over 60 % of their limits; 80 % of that above idle are 328 W. */
const idle: Gpu = { powerWatts: 21, powerLimitWatts: 250 };
const busy: Gpu = { ...idle, powerWatts: 200 };
const bothBusy = 400;
const trusted = 328;
const wait = { timeout: 90_000, interval: 200 };

const sweepOf = (name: string, count: number): string =>
  JSON.stringify({
    sweep: name,
    program: {
      command: ['sh', '-c', 'until [ -e ~/end ]; do sleep 0.1; done; echo "{\\"score\\": $0}"', '{x}'],
    },
    objective: { metric: 'score', goal: 'maximize' },
    // Two of them do not fit on one GPU.
    resources: { cpus: 0, gpus: 1, gpuMemory: '6 GB' },
    grid: { x: { from: 1, to: count } },
  });

describe.skipIf(!bedIsHere())('P5 a host with two GPUs under load', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    const gpus = [idle, idle];
    bed = await openBed({ hosts: [{ gpus }, { gpus }, { gpus }, { gpus }] });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    person = new Person(bed);
  });
  afterEach(() => person.leave());

  const uses = (...names: readonly string[]): void => {
    const hosts = bed.inventory().hosts.filter(({ name }) => names.includes(name));
    person.write('inventory.json', JSON.stringify({ hosts }));
  };
  const said =
    (...words: readonly string[]) =>
    async (): Promise<string> =>
      (await person.type(...words)).stdout;
  /** Trials on each GPU of a host; null where it is not in use now. */
  const trialsOn = async (name: string): Promise<number[] | null> => {
    const host = (await person.hosts()).find((one) => one.name === name);
    return host?.state === 'ready' ? host.devices.map(({ trials }) => trials.length) : null;
  };
  const ceilingOf = async (name: string): Promise<{ borneWatts: number; watts: number | null }> => {
    const { stdout } = await bed.host(name).exec('cat', ['/var/tmp/labsweep-2000/ceiling.json']);
    return stdout === '' ? { borneWatts: 0, watts: null } : JSON.parse(stdout);
  };
  const powersDown = (name: string): Promise<void> => bed.host(name).setGpus([idle, idle]);
  const end = (...names: readonly string[]): Promise<unknown> =>
    Promise.all(names.map((name) => bed.host(name).exec('touch', ['/home/lab/end'])));

  /** Two trials start, and take what they take. */
  const load = async (name: string): Promise<void> => {
    await expect.poll(() => trialsOn(name), wait).toEqual([1, 1]);
    await bed.host(name).setGpus([busy, busy]);
  };
  /** It has taken that for so long that it counts as borne, as a mean of 20 s: within 2 % of it. */
  const bears = (name: string): Promise<unknown> =>
    expect
      .poll(async () => (await ceilingOf(name)).borneWatts, wait)
      .toBeGreaterThanOrEqual(Math.floor(bothBusy / 1.02));

  it('is trusted with 80 % of what it went down under, says so, and lets a person forget it', {
    timeout: 300_000,
  }, async () => {
    const host = bed.host('host01');
    uses('host01');
    person.write('two.yaml', sweepOf('two', 2));
    const run = person.begin('run', 'two.yaml');
    await load('host01');
    await bears('host01');
    await host.crash();
    await powersDown('host01');
    await host.start();

    const text = `is trusted with ${trusted} W for its GPUs together, since it went down under ${bothBusy} W, .* \\(found at .* UTC\\); \`labsweep hosts forget host01\` lifts it`;
    await expect.poll(said('status'), wait).toMatch(new RegExp(`^host01 ${text}$`, 'm'));
    expect(await said('hosts', 'list')()).toMatch(new RegExp(`^host01 .*ready: ${text}$`, 'm'));
    await expect.poll(() => trialsOn('host01'), wait).toEqual([1, 0]);
    const refusal = (watts: string): RegExp =>
      new RegExp(
        `GPU 1 would take the host's GPUs to ${watts} W; trials start there up to 31[89] W since it went down under ${bothBusy} W`,
      );
    await expect.poll(said('why'), wait).toMatch(refusal(String.raw`\d+`));
    // The first has shown what it takes: a second one is still too much.
    await host.setGpus([busy, idle]);
    await expect.poll(said('status'), wait).toMatch(/^host01 +GPU 0 .* 1 running$/m);
    await expect.poll(said('why'), wait).toMatch(refusal('4[0-9]{2}'));
    expect(await trialsOn('host01')).toEqual([1, 0]);

    const forgotten = await person.type('hosts', 'forget', 'host01');
    expect(forgotten.code, forgotten.stderr).toBe(exitCode.done);
    expect(forgotten.stdout).toBe(
      'what host01 went down under is forgotten: it is loaded as any other host\n',
    );
    await expect.poll(() => trialsOn('host01'), wait).toEqual([1, 1]);
    await expect.poll(said('status'), wait).not.toContain('trusted');
    await expect.poll(said('hosts', 'list'), wait).not.toContain('trusted');
    await end('host01');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect(await person.scores()).toEqual([1, 2]);

    const clean = await person.type('hosts', 'clean');
    expect(clean.code, clean.stdout).toBe(exitCode.done);
    expect((await host.exec('ls', ['-A', '/var/tmp'])).stdout).not.toContain('labsweep-2000');
  });

  it('has learned nothing where another lost its power with it, under what both had borne', {
    timeout: 300_000,
  }, async () => {
    const names = ['host02', 'host03'];
    uses(...names);
    person.write('four.yaml', sweepOf('four', 4));
    const run = person.begin('run', 'four.yaml');
    await Promise.all(names.map(load));
    await Promise.all(names.map(bears));
    await Promise.all(names.map((name) => bed.host(name).crash()));
    await Promise.all(names.map(powersDown));
    await Promise.all(names.map((name) => bed.host(name).start()));

    await Promise.all(names.map(load));
    await expect.poll(said('status'), wait).not.toContain('trusted');
    expect(await said('hosts', 'list')()).not.toContain('trusted');
    for (const name of names) expect(await ceilingOf(name)).toMatchObject({ watts: null, died: null });
    await end(...names);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect(await person.scores()).toEqual([1, 2, 3, 4]);
  });

  it('has learned nothing where it was shut down in order', { timeout: 300_000 }, async () => {
    const host = bed.host('host04');
    uses('host04');
    person.write('down.yaml', sweepOf('down', 2));
    const run = person.begin('run', 'down.yaml');
    await load('host04');
    await bears('host04');
    await host.halt();
    await powersDown('host04');
    await host.start();
    await load('host04');
    expect(await said('status')()).not.toContain('trusted');
    expect(await ceilingOf('host04')).toMatchObject({ watts: null, died: null });
    await end('host04');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect(await person.scores()).toEqual([1, 2]);
  });
});
