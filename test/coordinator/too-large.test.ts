/** Trials that run out of memory or disk space: where they go, and when they are given up. */
import { describe, expect, it } from 'vitest';
import { waitsOf } from '../../src/coordinator/why/waits.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import type { DiskUse } from '../../src/model/result/disk-use.ts';
import type { Shortage } from '../../src/model/result/shortage.ts';
import { hostName, sweepName, trialId } from '../../src/model/ids.ts';
import type { HostFacts } from '../../src/protocol/messages.ts';
import { declarationOf, endOf, factsOf, leasesIn, pointOf, sentIn, World } from './world.ts';

const gib = 2 ** 30;

const gpusOf = (name: string, memoryGib: number): HostFacts['gpus'] => [
  { uuid: 'GPU-0', index: 0, name, memoryBytes: memoryGib * gib, problem: null },
];

function ready(world: World, name: string, facts: Partial<HostFacts>): readonly string[] {
  const host = hostName(name);
  world.post({ kind: 'host-connected', host, facts: { ...factsOf(), ...facts }, endsWithLogin: null });
  world.say(name, { kind: 'state', backlog: [], running: [], ended: [] });
  return leasesIn(world.post({ kind: 'launch-ready', host, launch: 'launch-1' }), name);
}

function ranOut(
  shortage: Partial<Shortage> & { hadBytes: number; totalBytes: number },
  gpuName: string | null = null,
): AttemptEnd {
  const memory = gpuName === null ? 'host' : 'gpu';
  const said = gpuName === null ? 'the kernel killed it for want of memory' : 'CUDA out of memory';
  return {
    ...endOf({ kind: 'oom', message: said }),
    shortage: { memory, alone: true, ofGroup: false, ...shortage },
    peakMemoryBytes: gib,
    peakGpuMemoryBytes: gpuName === null ? null : gib,
    gpuName,
    device: gpuName === null ? 'cpu' : 'GPU-0',
  };
}

/** A trial a seed of one shape. */
const seeds = (count: number, gpus: 0 | 1 = 0) =>
  pointOf(0, {
    trials: Array.from({ length: count }, (_, index) => `trial-${index}`),
    resources: { cpus: 1, gpus, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
  });

const declare = (world: World, count: number, gpus: 0 | 1 = 0) =>
  world.declare(declarationOf({ seeds: Array.from({ length: count }, (_, index) => index + 1) }), [
    seeds(count, gpus),
  ]);

const statusOf = (world: World, trial: string) => world.state.ledger.trials.get(trialId(trial))?.status;

describe('a trial that had all memory of the only host and ran out', () => {
  const cedar = { memoryBytes: 8 * gib };
  const had = ranOut({ hadBytes: 7 * gib, totalBytes: 8 * gib });
  const because = 'fits no device: cedar: ran out of memory with 7 GiB of 8 GiB; the host has 8 GiB';

  it('is given up with the figures, and so are the others of its shape, of which none has started', () => {
    const world = new World();
    declare(world, 12);
    const [first = '', ...others] = ready(world, 'cedar', cedar);
    const told = world.end(first, had);
    expect(statusOf(world, 'trial-0')).toEqual({ kind: 'failed', attempt: first, because });
    expect(statusOf(world, 'trial-11')).toEqual({ kind: 'failed', attempt: null, because });
    // What waits on the host is asked back first.
    expect(sentIn(told, 'take-back')).toEqual([{ kind: 'take-back', attempts: others }]);
    world.say('cedar', { kind: 'taken-back', attempts: [...others], kept: [] });
    expect(world.state.ledger.sweeps.get(sweepName('lab'))?.counts).toMatchObject({ failed: 12, queued: 0 });
  });

  it('is tried again where a person asks for it', () => {
    const world = new World();
    declare(world, 1);
    const [first = ''] = ready(world, 'cedar', cedar);
    world.end(first, had);
    const again = world.post({
      kind: 'asked',
      by: 1,
      command: { kind: 'retry', trials: ['trial-0'] },
    });
    expect(leasesIn(again)).toHaveLength(1);
  });

  it('leaves other shapes alone', () => {
    const world = new World();
    world.declare(declarationOf(), [pointOf(0), pointOf(1)]);
    const [first = ''] = ready(world, 'cedar', cedar);
    world.end(first, had);
    expect(statusOf(world, 'trial-1')?.kind).toBe('leased');
  });
});

describe('a trial that ran out of a host’s memory', () => {
  it('waits for a host with more, which is away, and says so of the other', () => {
    const world = new World(['cedar', 'maple']);
    declare(world, 1);
    const [first = ''] = ready(world, 'cedar', { memoryBytes: 8 * gib });
    world.end(first, ranOut({ hadBytes: 7 * gib, totalBytes: 8 * gib }));
    expect(statusOf(world, 'trial-0')).toEqual({ kind: 'queued' });
    const [refused] = waitsOf(world.state, world.now).get('lab')?.waits[0]?.hosts ?? [];
    expect(refused).toMatchObject({ host: 'cedar', refusal: { kind: 'outgrown', totalBytes: 8 * gib } });
    expect(ready(world, 'maple', { memoryBytes: 16 * gib })).toHaveLength(1);
  });

  it('is given up where the others have no more', () => {
    const world = new World(['cedar', 'maple']);
    declare(world, 1);
    const [first = ''] = ready(world, 'cedar', { memoryBytes: 8 * gib });
    ready(world, 'maple', { memoryBytes: 8.1 * gib });
    world.end(first, ranOut({ hadBytes: 7 * gib, totalBytes: 8 * gib }));
    expect(statusOf(world, 'trial-0')).toMatchObject({
      kind: 'failed',
      because: expect.stringContaining('maple'),
    });
  });

  it('beside others, or while somebody else had most of it, goes on there: with more, and after the second time alone', () => {
    const world = new World();
    declare(world, 1);
    const [first = ''] = ready(world, 'cedar', { memoryBytes: 8 * gib });
    const beside = ranOut({ hadBytes: 3 * gib, totalBytes: 8 * gib, alone: false });
    const [second = ''] = leasesIn(world.end(first, beside));
    const aloneOf = (id: string) =>
      [...world.state.ledger.attempts.values()].find((attempt) => attempt.id === id)?.alone;
    expect(aloneOf(second)).toBe(false);
    const [third = ''] = leasesIn(world.end(second, beside));
    expect(aloneOf(third)).toBe(true);
    const [fourth = ''] = leasesIn(world.end(third, ranOut({ hadBytes: 3 * gib, totalBytes: 8 * gib })));
    expect(fourth).not.toBe('');
    world.end(fourth, ranOut({ hadBytes: 7 * gib, totalBytes: 8 * gib }));
    expect(statusOf(world, 'trial-0')?.kind).toBe('failed');
  });
});

describe('a trial that ran out of a GPU', () => {
  const alone = (name: string, memoryGib: number): AttemptEnd =>
    ranOut({ hadBytes: memoryGib * gib, totalBytes: memoryGib * gib }, name);

  it('of its own goes to one that is larger, or of another kind and as large', () => {
    const world = new World(['cedar', 'small', 'alike', 'large']);
    declare(world, 1, 1);
    const [first = ''] = ready(world, 'cedar', { gpus: gpusOf('2080', 11) });
    ready(world, 'small', { gpus: gpusOf('1080', 8) });
    ready(world, 'alike', { gpus: gpusOf('1080 Ti', 11) });
    const next = world.end(first, alone('2080', 11));
    expect(leasesIn(next, 'alike')).toHaveLength(1);
    const [second = ''] = leasesIn(next, 'alike');
    world.end(second, alone('1080 Ti', 11), 'alike');
    expect(statusOf(world, 'trial-0')?.kind).toBe('queued');
    expect(ready(world, 'large', { gpus: gpusOf('3090', 24) })).toHaveLength(1);
  });

  it('of which there is no larger is given up', () => {
    const world = new World();
    declare(world, 1, 1);
    const [first = ''] = ready(world, 'cedar', { gpus: gpusOf('2080', 11) });
    world.end(first, alone('2080', 11));
    expect(statusOf(world, 'trial-0')).toMatchObject({
      because:
        "fits no device: cedar: said that memory ran out, and was seen to hold 1 GiB at most while it could have had 11 GiB of 11 GiB; the host's largest GPU has 11 GiB",
    });
  });
});

describe('a trial that fills the disk of its host', () => {
  const filled = (more: Partial<DiskUse> = {}): AttemptEnd => ({
    ...endOf({ kind: 'no-space', message: 'the disk was full' }),
    disk: { wroteBytes: 3 * gib, beganBytes: 3 * gib, leftBytes: 0, heldBytes: 0, alone: true, ...more },
  });
  const small = (host: string, times = '2 times '): string =>
    `${host}: ran out of disk space ${times}while nothing else ran there: it had written 3 GiB, and 3 GiB were free when it began; ` +
    'make room there, give the host another "folder" in inventory.json, or let it write less (work files, checkpoints, artifacts)';
  const again = (world: World, end: AttemptEnd, first: string, times: number): string => {
    let attempt = first;
    for (let time = 0; time < times; time += 1) {
      // Where another disk was full, it waits a while.
      const told = [...world.end(attempt, end), ...world.pass(61_000 * (time + 1))];
      [attempt = ''] = leasesIn(told);
    }
    return attempt;
  };

  it('twice while it has that to itself is given up with the figures, and the host is held to nothing', () => {
    const world = new World();
    declare(world, 12);
    const [first = '', ...others] = ready(world, 'cedar', {});
    world.end(others[0] ?? '', filled());
    const told = world.end(first, filled());
    expect(statusOf(world, 'trial-0')).toEqual({
      kind: 'failed',
      attempt: first,
      because: `fits no disk: ${small('cedar')}`,
    });
    expect(sentIn(told, 'take-back')).toHaveLength(1);
    expect(world.state.ledger.hosts.get(hostName('cedar'))).toMatchObject({ charges: 0, quarantine: null });
  });

  it('is tried again where a person asks for it', () => {
    const world = new World();
    declare(world, 1);
    again(world, filled(), ready(world, 'cedar', {})[0] ?? '', 2);
    expect(statusOf(world, 'trial-0')?.kind).toBe('failed');
    const asked = world.post({ kind: 'asked', by: 1, command: { kind: 'retry', trials: ['trial-0'] } });
    expect(leasesIn(asked)).toHaveLength(1);
  });

  it('beside others runs alone after the second time, and is given up by what it does there', () => {
    const world = new World();
    declare(world, 1);
    const third = again(world, filled({ alone: false }), ready(world, 'cedar', {})[0] ?? '', 2);
    const { alone } = [...world.state.ledger.attempts.values()].find(({ id }) => id === third) ?? {};
    expect(alone).toBe(true);
    expect(statusOf(world, 'trial-0')?.kind).toBe('leased');
  });

  it('to a small part runs beside others as before', () => {
    const world = new World();
    declare(world, 1);
    const little = filled({ alone: false, wroteBytes: gib / 8 });
    const third = again(world, little, ready(world, 'cedar', {})[0] ?? '', 2);
    expect([...world.state.ledger.attempts.values()].find(({ id }) => id === third)).toMatchObject({
      alone: false,
    });
  });

  it('while somebody else wrote most of what there was is no larger for it', () => {
    const world = new World();
    declare(world, 1);
    again(world, filled({ wroteBytes: gib }), ready(world, 'cedar', {})[0] ?? '', 2);
    expect(statusOf(world, 'trial-0')?.kind).not.toBe('failed');
  });

  it.each([
    ['another of the host’s disks fills is no larger for it', { leftBytes: 3 * gib }],
    ['what earlier trials have left takes most of it is no larger for it', { heldBytes: 3 * gib }],
  ])('while %s', (_, more) => {
    const world = new World();
    declare(world, 1);
    again(world, filled(more), ready(world, 'cedar', {})[0] ?? '', 2);
    expect(world.state.ledger.filledDisks.size).toBe(0);
    expect(statusOf(world, 'trial-0')?.kind).not.toBe('failed');
  });

  it('as others do leaves that host out until there is room again', () => {
    const world = new World();
    declare(world, 12);
    for (const attempt of ready(world, 'cedar', {}).slice(0, 3)) world.end(attempt, filled({ alone: false }));
    expect(world.state.ledger.hosts.get(hostName('cedar'))?.quarantine).toBe(
      'left out until there is room again (it is tried again by itself): the disk was full; ' +
        `make room in ${factsOf().folder}: \`labsweep hosts clean\` removes what ended trials have left`,
    );
  });

  it('is tried once on each host, and given up where it has filled all of them', () => {
    const world = new World(['cedar', 'maple']);
    declare(world, 1);
    const [first = ''] = ready(world, 'cedar', {});
    ready(world, 'maple', {});
    const [second = ''] = leasesIn(world.end(first, filled()), 'maple');
    world.end(second, filled(), 'maple');
    expect(statusOf(world, 'trial-0')).toMatchObject({
      because: `fits no disk: ${small('cedar', '')}; ${small('maple', '')}`,
    });
  });
});
