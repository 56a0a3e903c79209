/** Other people on hosts that trials run on: one who needs all of a host, and one who forgot a notebook. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const wait = { timeout: 90_000, interval: 200 };

/** What it waits with holds nothing of the GPU. */
const untilEnd = 'until [ -e ~/end ]; do env -u BED_GPU_MEMORY_MIB sleep 0.1; done';
/** Writes down in its checkpoint each attempt that trained it; how many they were is its result. */
const saves = `cd "$LABSWEEP_CHECKPOINT"; echo "$LABSWEEP_ATTEMPT" >>attempts; echo >>~/began; ${untilEnd}; echo "{\\"score\\": $(wc -l <attempts)}"`;

const sweepOf = (name: string, resources: object): string =>
  JSON.stringify({
    sweep: name,
    program: { command: ['sh', '-c', saves, '{x}'], env: { BED_GPU_MEMORY_MIB: '5000' } },
    objective: { metric: 'score', goal: 'maximize' },
    resources,
    grid: { x: [1] },
  });

describe.skipIf(!bedIsHere())('P4 P6 other people on a host', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}] }, { gpus: [{}] }] });
  });
  afterAll(() => bed.close());
  beforeEach(() => {
    person = new Person(bed);
  });
  afterEach(async () => {
    await person.leave();
    for (const { name } of bed.hosts)
      await bed
        .host(name)
        .exec('sh', ['-c', 'pkill -u mina sleep; rm -f /home/lab/began /home/lab/end /tmp/labsweep-hold']);
  });

  const uses = (limits: object, ...names: readonly string[]): void =>
    person.write(
      'inventory.json',
      JSON.stringify({
        defaults: { limits },
        hosts: bed.inventory().hosts.filter(({ name }) => names.includes(name)),
      }),
    );
  const began = async (host: string): Promise<number> =>
    (await bed.host(host).exec('cat', ['/home/lab/began'])).stdout.split('\n').length - 1;
  const end = (host: string): Promise<unknown> => bed.host(host).exec('touch', ['/home/lab/end']);
  const asMina = async (host: string, command: string): Promise<string> =>
    (
      await bed
        .host(host)
        .exec('setpriv', ['--reuid=2001', '--regid=2001', '--clear-groups', 'sh', '-c', command])
    ).stdout;
  const said =
    (...words: readonly string[]) =>
    async (): Promise<string> =>
      (await person.type(...words)).stdout;

  it('get all of it by touching the file that its processes name; trials go on elsewhere', {
    timeout: 180_000,
  }, async () => {
    uses({}, 'host01', 'host02');
    person.write('saves.yaml', sweepOf('saves', { cpus: 1, gpus: 0 }));
    const run = person.begin('run', 'saves.yaml');
    const counts = async (): Promise<number[]> => Promise.all(['host01', 'host02'].map(began));
    await expect.poll(async () => (await counts()).reduce((sum, one) => sum + one), wait).toBe(1);
    const [first, second] = (await counts())[0] === 1 ? ['host01', 'host02'] : ['host02', 'host01'];

    const processes = await asMina(first, 'ps -eo args');
    expect(processes).toMatch(/\.mjs serve .*--emptied-by-touching \/tmp\/labsweep-hold$/m);
    const [, touch = ''] = /# labsweep: (touch \S+) to empty this host/.exec(processes) ?? [];
    await asMina(first, touch);
    await expect.poll(() => began(second), wait).toBe(1);
    const held = `${first}: mina has kept the host free for \\d.* by touching /tmp/labsweep-hold`;
    await expect.poll(said('status'), wait).toMatch(new RegExp(`^${held}$`, 'm'));
    expect(await said('hosts', 'list')()).toMatch(
      new RegExp(`^${first} .*ready: mina has kept the host free`, 'm'),
    );
    expect(await said('why')()).toMatch(new RegExp(`^${first} .*mina has kept the host free`, 'm'));
    // Nobody but her takes it away, and root.
    await bed.host(first).exec('su', ['lab', '-c', 'rm -f /tmp/labsweep-hold']);
    expect(await asMina(first, 'ls /tmp/labsweep-hold')).toBe('/tmp/labsweep-hold\n');

    await asMina(first, 'rm /tmp/labsweep-hold');
    await expect.poll(said('status'), wait).not.toContain('kept the host free');
    await end(second);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect(await person.scores()).toEqual([2]);
  });

  it('have a trial beside what they forgot on a GPU, once it has computed nothing for as long as is said', {
    timeout: 180_000,
  }, async () => {
    uses({ idleAfter: '20s' }, 'host01');
    const notebook = 'CUDA_VISIBLE_DEVICES=0 BED_GPU_MEMORY_MIB=3000 BED_GPU_UTILISATION=0 exec sleep 1000';
    bed.spawn('ssh', ['mina@host01', notebook], {}, 'ignore');
    await expect
      .poll(
        async () =>
          (await bed.host('host01').exec('timeout', ['2', 'nvidia-smi', 'pmon', '-s', 'u', '-d', '1']))
            .stdout,
        wait,
      )
      .toMatch(/0 +\d+ +C +- .*sleep/);
    person.write('saves.yaml', sweepOf('saves', { cpus: 0, gpus: 1, gpuMemory: '6 GB' }));
    const run = person.begin('run', 'saves.yaml');
    await expect.poll(said('why'), wait).toMatch(/^host01 GPU 0 +is in use: 1 process of mina is on it/m);
    expect(await began('host01')).toBe(0);
    await expect.poll(() => began('host01'), wait).toBe(1);
    await expect
      .poll(said('status'), wait)
      .toMatch(/^host01 +GPU 0 .* 7\.8 GiB of 11 GiB .* 1 running, 1 process of mina \(idle\)$/m);
    await end('host01');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    expect(await person.scores()).toEqual([1]);
  });
});
