import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const mib = 2 ** 20;
/** Of a GPU of 11,264 MiB, less 5 % headroom, two trials of this fit and three do not. */
const trialMib = 5_000;

/** Writes down where anybody may read it that a trial begins or ends. */
const say = (what: string): string => `echo "${what} $(id -un) $CUDA_VISIBLE_DEVICES" >> /var/tmp/log`;

/**
 * Each trial holds `trialMib` of the GPU that it was given, writes down where anybody may read it when it begins and
 * ends, and waits for the file `gate`.
 */
const sweepOf = (name: string, count: number, gpuMemory: string): string => {
  // What it waits with holds nothing: the process that does is one from beginning to end.
  const pause = 'env -u BED_GPU_MEMORY_MIB sleep';
  const waits = `until [ -e /var/tmp/${name} ]; do ${pause} 0.05; done; ${pause} 0.2`;
  const script = `${say('+')}; ${waits}; ${say('-')}; echo "{\\"score\\": $0}"`;
  return JSON.stringify({
    sweep: name,
    program: { command: ['sh', '-c', script, '{x}'], env: { BED_GPU_MEMORY_MIB: String(trialMib) } },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 1, gpuMemory },
    grid: { x: { from: 1, to: count } },
  });
};

interface Line {
  readonly what: string;
  readonly who: string;
  readonly gpu: string;
}

const wait = { timeout: 20_000, interval: 200 };

describe.skipIf(!isHere)('four hosts with three, two, one and no GPU', () => {
  let bed: Bed;
  const people: Person[] = [];
  const person = (...of: readonly ConstructorParameters<typeof Person>[1][]): Person => {
    const one = new Person(bed, ...of);
    people.push(one);
    return one;
  };

  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}, {}, {}] }, { gpus: [{}, {}] }, { gpus: [{}] }, {}] });
    await everywhere('touch', '/var/tmp/log');
    await everywhere('chmod', '666', '/var/tmp/log');
  });
  afterAll(async () => {
    await Promise.all(people.map((one) => one.leave()));
    await bed.close();
  });

  const everywhere = (command: string, ...args: readonly string[]): Promise<unknown> =>
    Promise.all(bed.hosts.map((host) => host.exec(command, args)));
  const logOf = async (host: string): Promise<Line[]> => {
    const { stdout } = await bed.host(host).exec('cat', ['/var/tmp/log']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [what = '', who = '', gpu = ''] = line.split(' ');
        return { what, who, gpu };
      });
  };
  const logs = async (): Promise<Line[]> =>
    (await Promise.all(bed.hosts.map(({ name }) => logOf(name)))).flat();
  const begun = async (): Promise<string[]> =>
    (await logs()).flatMap(({ what, gpu }) => (what === '+' ? [gpu] : [])).toSorted();
  const uuids = (host: string, ...indices: readonly number[]): string[] =>
    indices.map((index) => bed.host(host).gpuUuid(index));

  /** The most trials that each GPU has held at once, by what the hosts wrote down. */
  const mostAtOnce = async (): Promise<Map<string, number>> => {
    const most = new Map<string, number>();
    const now = new Map<string, number>();
    for (const { what, gpu } of await logs()) {
      const count = (now.get(gpu) ?? 0) + (what === '+' ? 1 : -1);
      now.set(gpu, count);
      most.set(gpu, Math.max(most.get(gpu) ?? 0, count));
    }
    return most;
  };

  it('P4 gives each trial one device by its UUID, avoids a GPU that somebody fills and comes back to it', {
    timeout: 60_000,
  }, async () => {
    const first = bed.host('host01');
    const stranger = { pid: 1, name: 'python', usedMib: 9_000 };
    await first.setGpus([{ processes: [stranger] }, {}, {}]);
    const theo = person();
    theo.write('one.yaml', sweepOf('one', 24, '6 GB'));
    const run = theo.begin('run', 'one.yaml');
    const others = [...uuids('host01', 1, 2), ...uuids('host02', 0, 1), ...uuids('host03', 0)];
    await expect.poll(begun, wait).toEqual(others.toSorted());

    // Five run: every device is told of, and why those that do not take part do not.
    await expect
      .poll(
        async () => (await theo.hosts()).map(({ devices }) => devices.map(({ trials }) => trials.length)),
        wait,
      )
      .toEqual([[0, 1, 1], [1, 1], [1], []]);
    const told = async (): Promise<[string, number][]> =>
      (await theo.hosts()).flatMap(({ devices }) =>
        devices.map((each): [string, number] => [each.device, Math.round(each.memoryUsedBytes / mib)]),
      );
    await expect
      .poll(told, wait)
      .toEqual([...uuids('host01', 0), ...others].map((uuid, at) => [uuid, at === 0 ? 9_001 : trialMib + 1]));
    const said = (verb: string) => async (): Promise<string> => (await theo.type(verb)).stdout;
    await expect.poll(said('status'), wait).toMatch(/^host01 +GPU 0 .* idle, 1 process of root$/m);
    await expect
      .poll(said('why'), wait)
      .toMatch(/^host01 GPU 0 +is in use: 1 process of root is on it.*, and has 1\.7 GiB of 11 GiB to give/m);
    await expect
      .poll(said('why'), wait)
      .toMatch(/^ +\d+ +one +the 3 hosts .* have their fill; host04: needs a GPU, and the host has none$/m);
    await expect.poll(said('why'), wait).toMatch(/^host04 +needs a GPU, and the host has none$/m);

    await first.setGpus([{}, {}, {}]);
    await expect.poll(begun, wait).toEqual([...others, ...uuids('host01', 0)].toSorted());
    await everywhere('touch', '/var/tmp/one');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(await theo.scores()).toHaveLength(24);
    expect(await logOf('host04')).toEqual([]);
    expect([...(await mostAtOnce()).values()]).toEqual(Array.from({ length: 6 }, () => 1));
  });

  it('P4 puts two on a GPU where both fit, and never a third', { timeout: 60_000 }, async () => {
    await everywhere('sh', '-c', ': > /var/tmp/log; touch /var/tmp/both');
    const theo = person();
    theo.write('both.yaml', sweepOf('both', 60, '5.3 GB'));
    expect(await theo.type('run', 'both.yaml')).toMatchObject({ code: exitCode.done });
    expect(await theo.scores()).toHaveLength(60);
    const most = await mostAtOnce();
    expect([...most.keys()].toSorted()).toEqual(
      [...uuids('host01', 0, 1, 2), ...uuids('host02', 0, 1), ...uuids('host03', 0)].toSorted(),
    );
    expect(Math.max(...most.values())).toBe(2);
  });

  it('P4 P9 two people with accounts of their own have an agent each, count each other, and touch nothing of each other', {
    timeout: 60_000,
  }, async () => {
    const only = (user: string) => (host: { name: string }) => ({
      ...host,
      user,
      off: host.name === 'host02' ? undefined : 'of no interest',
    });
    const host = bed.host('host02');
    await everywhere('sh', '-c', ': > /var/tmp/log');
    const theo = person(only('lab'));
    const mina = person(only('mina'));
    theo.write('theirs.yaml', sweepOf('theirs', 1, '6 GB'));
    mina.write('hers.yaml', sweepOf('hers', 2, '7 GB'));
    const his = theo.begin('run', 'theirs.yaml');
    await expect.poll(begun, wait).toHaveLength(1);
    const both = uuids('host02', 0, 1);
    const taken = both.indexOf((await begun())[0] ?? '');
    const memory = async (): Promise<number[]> =>
      (await theo.hosts())
        .flatMap(({ devices }) => devices)
        .map(({ memoryUsedBytes }) => Math.round(memoryUsedBytes / mib));
    await expect.poll(memory, wait).toEqual(both.map((_, index) => (index === taken ? trialMib + 1 : 1)));

    const hers = mina.begin('run', 'hers.yaml');
    // Of two GPUs his trial has one, so she gets the other, and is told what her second trial waits for:
    // what his has said that it may take, which is more than it takes.
    await expect
      .poll(async () => (await logOf('host02')).map(({ who, gpu }) => `${who} ${gpu}`), wait)
      .toEqual([`lab ${both[taken]}`, `mina ${both[1 - taken]}`]);
    await expect
      .poll(async () => (await mina.type('status')).stdout, wait)
      .toMatch(new RegExp(`^host02 +GPU ${taken} .* idle, 1 process of lab \\(labsweep\\)$`, 'm'));
    await expect
      .poll(async () => (await mina.type('why')).stdout, wait)
      .toMatch(new RegExp(`^host02 GPU ${taken} +has 4\\.9 GiB of 11 GiB to give where 6\\.5`, 'm'));

    const agents = await host.exec('pgrep', ['-f', '-l', '-u', 'lab,mina', 'agent/[0-9a-f]*.mjs serve']);
    expect(agents.stdout.trim().split('\n')).toHaveLength(2);
    const places = [
      '/home/lab/.labsweep',
      '/home/mina/.labsweep',
      '/tmp/labsweep-2000',
      '/tmp/labsweep-2001',
    ];
    const open = await host.exec('find', [...places, '!', '-type', 'l', '-perm', '/077']);
    expect(open.stdout).toBe('');
    const trial = (await host.exec('pgrep', ['-u', 'lab', '-f', '^sh -c echo "[+]'])).stdout.trim();
    for (const attempt of [
      'cat /home/lab/.labsweep/host/*/journal.ndjson',
      'ls /tmp/labsweep-2000',
      `cat /proc/${trial}/environ`,
      `kill ${trial}`,
      'node /home/lab/.labsweep/agent/*.mjs holds --folder /home/lab/.labsweep',
    ])
      expect((await bed.run('ssh', ['mina@host02', attempt])).code, attempt).not.toBe(0);

    await host.exec('touch', ['/var/tmp/theirs', '/var/tmp/hers']);
    expect(await his.ended).toMatchObject({ code: exitCode.done });
    expect(await hers.ended).toMatchObject({ code: exitCode.done });
    expect([...(await mostAtOnce()).values()]).toEqual([1, 1]);
    expect((await mina.type('hosts', 'clean', 'host02')).stdout).toContain('/home/mina/.labsweep removed');
    expect(await host.exec('ls', ['/home/lab/.labsweep/content/id'])).toMatchObject({ code: 0 });
  });

  it('P4 two accounts that sweep one GPU at the same moment never take its room twice', {
    timeout: 60_000,
  }, async () => {
    const only = (user: string) => (host: { name: string }) => ({
      ...host,
      user,
      off: host.name === 'host03' ? undefined : 'of no interest',
    });
    const host = bed.host('host03');
    await everywhere('sh', '-c', ': > /var/tmp/log');
    const both = [person(only('lab')), person(only('mina'))];
    // Each takes its memory late, as a framework that loads does: no figure tells of it in time.
    const late = `sleep 1.2; BED_GPU_MEMORY_MIB=${trialMib} sleep 0.5`;
    const script = `${say('+')}; ${late}; ${say('-')}; echo "{\\"score\\": $0}"`;
    const sweep = {
      sweep: 'at-once',
      program: { command: ['sh', '-c', script, '{x}'] },
      objective: { metric: 'score', goal: 'maximize' },
      resources: { cpus: 0, gpus: 1, gpuMemory: '6 GB' },
      grid: { x: { from: 1, to: 2 } },
    };
    for (const one of both) one.write('at-once.yaml', JSON.stringify(sweep));
    const runs = both.map((one) => one.begin('run', 'at-once.yaml'));
    for (const run of runs) expect(await run.ended).toMatchObject({ code: exitCode.done });
    const log = await logOf('host03');
    expect(
      log
        .filter(({ what }) => what === '+')
        .map(({ who }) => who)
        .toSorted(),
    ).toEqual(['lab', 'lab', 'mina', 'mina']);
    expect(await mostAtOnce()).toEqual(new Map([[host.gpuUuid(0), 1]]));
    await expect
      .poll(async () => (await host.exec('find', ['/tmp', '-name', 'labsweep-claims*'])).stdout, wait)
      .toBe('');
  });
});
