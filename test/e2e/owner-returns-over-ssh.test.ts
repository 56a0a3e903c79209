/** Somebody computes on a GPU that has a trial of ours: when ours leaves, where it goes on, and what a person reads. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

/** Of a GPU of 11,264 MiB. */
const trialMib = 5_000;
const minasMib = 3_000;
/** Whoever comes to a GPU has it after so long. */
const goneMs = 10_000;
const wait = { timeout: 90_000, interval: 100 };

/** What it waits with holds nothing of the GPU: the process that does is one from beginning to end. */
const pause = 'env -u BED_GPU_MEMORY_MIB sleep 0.1';
const steps = `echo "$CUDA_VISIBLE_DEVICES" >>~/began; until [ -e ~/end ]; do ${pause}; echo step >>~/steps; done`;

/** Writes down in its checkpoint each attempt that trained it; how many they were is its result. It hears no SIGTERM. */
const saves = `trap '' TERM; cd "$LABSWEEP_CHECKPOINT"; echo "$LABSWEEP_ATTEMPT" >>attempts; ${steps}; echo "{\\"score\\": $(wc -l <attempts)}"`;
/** Saves nothing. */
const forgets = `${steps}; echo '{"score": 1}'`;

const sweepOf = (name: string, script: string, count: number): string =>
  JSON.stringify({
    sweep: name,
    program: { command: ['sh', '-c', script, '{x}'], env: { BED_GPU_MEMORY_MIB: String(trialMib) } },
    objective: { metric: 'score', goal: 'maximize' },
    // Two of them do not fit on one GPU.
    resources: { cpus: 0, gpus: 1, gpuMemory: '6 GB' },
    grid: { x: { from: 1, to: count } },
  });

interface Shown {
  readonly attempts: readonly {
    readonly attempt: string;
    readonly host: string;
    readonly continues: string | null;
    readonly anew: string | null;
    readonly outcome: { readonly kind: string } | null;
  }[];
}

describe.skipIf(!bedIsHere())('P4 a GPU on which somebody begins to compute', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}] }, { gpus: [{}] }, { gpus: [{}, {}] }] });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    person = new Person(bed);
  });
  afterEach(async () => {
    await person.leave();
    for (const { name } of bed.hosts) {
      await minaLeaves(name);
      await bed.host(name).exec('sh', ['-c', 'rm -f /home/lab/began /home/lab/steps /home/lab/end']);
    }
  });

  const uses = (...hosts: readonly object[]): void =>
    person.write('inventory.json', JSON.stringify({ hosts }));
  const entry = (name: string, more: object = {}): object => {
    const [host] = bed.inventory().hosts.filter((one) => one.name === name);
    return { ...host, ...more };
  };
  const linesOf = async (host: string, file: string): Promise<string[]> =>
    (await bed.host(host).exec('cat', [`/home/lab/${file}`])).stdout.split('\n').slice(0, -1);
  const begunOn = (host: string) => (): Promise<string[]> => linesOf(host, 'began');
  const end = (...hosts: readonly string[]): Promise<unknown> =>
    Promise.all(hosts.map((host) => bed.host(host).exec('touch', ['/home/lab/end'])));
  /** MiB that each process holds of the GPUs of a host, as its driver lists them. */
  const heldOn = async (host: string): Promise<number[]> => {
    const query = ['--query-compute-apps=used_memory', '--format=csv,noheader,nounits'];
    const { stdout } = await bed.host(host).exec('nvidia-smi', query);
    return stdout.split('\n').slice(0, -1).map(Number);
  };
  const said =
    (...words: readonly string[]) =>
    async (): Promise<string> =>
      (await person.type(...words)).stdout;
  const show = async (trial: string): Promise<Shown> => JSON.parse(await said('show', trial, '--json')());

  /** Mina logs in and computes on GPU 0; resolves once the driver lists her. */
  const minaComes = async (host: string): Promise<void> => {
    const command = `CUDA_VISIBLE_DEVICES=0 BED_GPU_MEMORY_MIB=${minasMib} exec sleep 1000`;
    bed.spawn('ssh', [`mina@${host}`, command], {}, 'ignore');
    await expect.poll(() => heldOn(host), wait).toContain(minasMib);
  };
  const minaLeaves = (host: string): Promise<unknown> =>
    bed.host(host).exec('pkill', ['-u', 'mina', 'sleep']);
  const showsMina = (host: string) =>
    expect.poll(said('status'), wait).toMatch(new RegExp(`^${host} +GPU 0 .*, 1 process of mina$`, 'm'));
  const oursLeft = async (host: string): Promise<number> => {
    const since = performance.now();
    await expect.poll(() => heldOn(host), wait).toEqual([minasMib]);
    return performance.now() - since;
  };

  it('is left by a trial that has a checkpoint, which goes on from that on another host', {
    timeout: 180_000,
  }, async () => {
    uses(entry('host01'), entry('host02'));
    person.write('saves.yaml', sweepOf('saves', saves, 1));
    const run = person.begin('run', 'saves.yaml');
    const hosts = ['host01', 'host02'];
    const begun = async (): Promise<string[]> => {
      const lines = await Promise.all(hosts.map(async (host) => ({ host, began: await begunOn(host)() })));
      return lines.flatMap(({ host, began }) => began.map(() => host));
    };
    await expect.poll(begun, wait).toHaveLength(1);
    const [first = ''] = await begun();
    const second = hosts.find((host) => host !== first) ?? '';

    await minaComes(first);
    await showsMina(first);
    // It ignores SIGTERM: what the person reads comes before the kill.
    expect(await oursLeft(first)).toBeLessThan(goneMs);
    await expect.poll(begunOn(second), wait).toEqual([bed.host(second).gpuUuid(0)]);
    await expect
      .poll(said('status'), wait)
      .toMatch(new RegExp(`^${first} +GPU 0 .* idle, 1 process of mina$`, 'm'));
    await end(second);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    const { attempts } = await show('#1');
    expect(attempts).toMatchObject([
      { host: first, continues: null, outcome: { kind: 'evicted', over: 'others' } },
      { host: second, continues: attempts[0]?.attempt, anew: null, outcome: { kind: 'succeeded' } },
    ]);
    expect(await person.scores()).toEqual([2]);
    expect(await begun()).toHaveLength(2);
  });

  it('keeps one that has saved nothing to its end where it has no owner, and takes no other while somebody computes', {
    timeout: 180_000,
  }, async () => {
    uses(entry('host01'));
    person.write('forgets.yaml', sweepOf('forgets', forgets, 2));
    const run = person.begin('run', 'forgets.yaml');
    await expect.poll(begunOn('host01'), wait).toHaveLength(1);
    await minaComes('host01');
    await showsMina('host01');
    const last =
      'goes to its end, since it has no checkpoint, and nothing follows it there: mina computes on GPU 0';
    await expect.poll(said('status'), wait).toMatch(new RegExp(`^host01: x=\\d.* ${last}$`, 'm'));
    await expect.poll(said('why', 'x=1'), wait).toContain(last);
    const seen = (await linesOf('host01', 'steps')).length;
    // Steps of a tenth of a second: several times what it takes to be told to leave.
    await expect
      .poll(() => linesOf('host01', 'steps').then(({ length }) => length), wait)
      .toBeGreaterThan(seen + 80);
    expect(await heldOn('host01')).toContain(trialMib);

    await end('host01');
    await expect.poll(() => heldOn('host01'), wait).toEqual([minasMib]);
    await expect.poll(said('why'), wait).toMatch(/^host01 GPU 0 +is in use: 1 process of mina is on it/m);
    await expect.poll(said('status'), wait).toMatch(/^host01 +GPU 0 .* idle, 1 process of mina$/m);
    expect(await begunOn('host01')()).toHaveLength(1);

    await minaLeaves('host01');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    for (const trial of ['#1', '#2'])
      expect((await show(trial)).attempts).toMatchObject([{ outcome: { kind: 'succeeded' } }]);
    expect(await begunOn('host01')()).toHaveLength(2);
  });

  it('is left by one that has saved nothing as well where the inventory says whose it is', {
    timeout: 180_000,
  }, async () => {
    uses(entry('host03', { devices: [{ gpu: 0, owner: 'mina' }] }));
    const [hers, other] = [0, 1].map((index) => bed.host('host03').gpuUuid(index));
    person.write('owned.yaml', sweepOf('owned', forgets, 2));
    const run = person.begin('run', 'owned.yaml');
    await expect.poll(async () => new Set(await begunOn('host03')()), wait).toEqual(new Set([hers, other]));
    await expect.poll(said('status'), wait).toMatch(/^host03 +GPU 0 .* 4\.9 GiB of 11 GiB .* 1 running$/m);
    const since = performance.now();
    await minaComes('host03');
    await expect
      .poll(async () => (await heldOn('host03')).toSorted((one, other) => one - other), wait)
      .toEqual([minasMib, trialMib]);
    expect(performance.now() - since).toBeLessThan(goneMs);
    // The other one has no owner, and its trial has it to itself.
    await expect.poll(said('status'), wait).toMatch(/^host03 +GPU 0 .* idle, 1 process of mina$/m);
    await expect
      .poll(said('why'), wait)
      .toMatch(/GPU 0 is mina's, used only while idle: 1 process of mina is on it/);
    expect(await begunOn('host03')()).toHaveLength(2);
    await end('host03');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect((await begunOn('host03')()).slice(2)).toEqual([other]);
    const all = [await show('#1'), await show('#2')].map(({ attempts }) => attempts);
    const evicted = all.find(({ length }) => length > 1);
    expect(all.map(({ length }) => length).toSorted((one, other) => one - other)).toEqual([1, 2]);
    expect(evicted).toMatchObject([
      { outcome: { kind: 'evicted', over: 'others', message: 'mina computes on GPU 0' } },
      { continues: null, outcome: { kind: 'succeeded' } },
    ]);
  });
});
