import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import type { ListedHost } from '../../src/coordinator/hosts/fleet-host.ts';
import type { Moment } from '../../src/model/ceiling.ts';
import { hostName } from '../../src/model/ids.ts';
import { parseHours } from '../../src/model/inventory/hours.ts';
import type { HostFacts, HostFigures } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { plainGpu } from '../plain-gpu.ts';
import { plainHost } from '../plain-host.ts';
import { calm, declarationOf, endOf, factsOf, leasesIn, pointOf, sentIn, World } from './world.ts';

const gib = 2 ** 30;
const facts = {
  ...factsOf(8),
  gpus: [{ uuid: 'GPU-0', index: 0, name: 'A4000', memoryBytes: 16 * gib, problem: null }],
};

const figuresOf = (othersProcesses: number): HostFigures => ({
  ...calm,
  gpus: [
    {
      ...plainGpu('GPU-0', gib, 16 * gib),
      othersProcesses,
      strangers: null,
      others: [],
      running: 0,
      oursBytes: 0,
      room: null,
    },
  ],
});

const onGpu = (x: number) =>
  pointOf(x, {
    resources: { cpus: 1, gpus: 1, gpuMemoryBytes: 10 * gib, hostMemoryBytes: null, diskBytes: null },
  });

/** Hosts with a GPU each, that are ready for the sweep. */
function worldOf(hosts: readonly (string | ListedHost)[], trials: number): World {
  const world = new World(hosts);
  world.declare(
    declarationOf({}),
    Array.from({ length: trials }, (_, x) => onGpu(x)),
  );
  for (const name of hosts.map((host) => (typeof host === 'string' ? host : host.name))) {
    world.decide({ kind: 'host-connected', host: hostName(name), facts, endsWithLogin: null });
    world.say(name, { kind: 'state', backlog: [], running: [], ended: [] });
  }
  return world;
}

const tell = (world: World, name: string, othersProcesses: number): readonly Instruction[] =>
  world.say(name, { kind: 'figures', figures: figuresOf(othersProcesses), holds: [], others: [] });

const prepared = (world: World, name: string): readonly Instruction[] =>
  world.post({ kind: 'launch-ready', host: hostName(name), launch: 'launch-1' });

describe('a host whose GPUs are somebody else’s for now', () => {
  it('is given nothing that another host takes', () => {
    const world = worldOf(['cedar', 'birch'], 2);
    tell(world, 'cedar', 1);
    tell(world, 'birch', 0);
    // The other one is still being prepared, and is waited for.
    expect(leasesIn(prepared(world, 'cedar'))).toEqual([]);
    expect(leasesIn(prepared(world, 'birch'), 'birch')).toHaveLength(2);
  });

  it('gives back what waits there to another host', () => {
    const world = worldOf(['cedar', 'birch'], 2);
    tell(world, 'cedar', 0);
    tell(world, 'birch', 0);
    const leased = leasesIn(prepared(world, 'cedar'), 'cedar');
    prepared(world, 'birch');
    const asked = sentIn(tell(world, 'cedar', 1), 'take-back');
    expect(asked).toMatchObject([{ attempts: [expect.any(String)] }]);
    expect(leased.length).toBeGreaterThan(0);
  });

  it('is one that somebody keeps free, or whose GPU is reserved at this hour, likewise', () => {
    const hold = { file: '/tmp/labsweep-hold', user: 'mina', ms: 1_000 };
    const hours = parseHours('Mon 8-18');
    const devices = [{ gpu: 0, owner: 'jonas', policy: 'reserved' as const, hours, off: null }];
    const monday = (hour: number) => ({ ...figuresOf(0), weekMinute: hour * 60 });
    for (const [limits, taken, open] of [
      [noLimits, { ...figuresOf(0), hold }, figuresOf(0)],
      [{ ...noLimits, devices }, monday(9), monday(18)],
    ] as const) {
      const world = worldOf([plainHost('cedar', limits), plainHost('birch', noLimits)], 2);
      const say = (figures: HostFigures) =>
        world.say('cedar', { kind: 'figures', figures, holds: [], others: [] });
      say(taken);
      tell(world, 'birch', 0);
      expect(leasesIn(prepared(world, 'cedar'))).toEqual([]);
      expect(leasesIn(prepared(world, 'birch'), 'birch')).toHaveLength(2);
      // Once it is open again, one of them is asked back for it.
      expect(sentIn(say(open), 'take-back')).toMatchObject([{ attempts: [expect.any(String)] }]);
    }
  });

  it('is where work waits that only it can take', () => {
    const world = worldOf(['cedar'], 1);
    tell(world, 'cedar', 1);
    expect(leasesIn(prepared(world, 'cedar'))).toHaveLength(1);
  });

  it('hands on what gave way to them, with what it has saved', () => {
    const world = worldOf(['cedar', 'birch'], 1);
    tell(world, 'birch', 1);
    tell(world, 'cedar', 0);
    const [attempt = ''] = leasesIn(prepared(world, 'cedar'), 'cedar');
    prepared(world, 'birch');
    world.say('cedar', { kind: 'started', attempts: [{ attempt, device: 'GPU-0' }] });
    tell(world, 'cedar', 1);
    tell(world, 'birch', 0);
    const end = endOf({ kind: 'evicted', over: 'others', message: 'mina computes on GPU 0' });
    const after = world.end(attempt, { ...end, checkpointBytes: 1_000 });
    expect(after.filter(({ kind }) => kind === 'carry')).toMatchObject([{ from: 'cedar', to: 'birch' }]);
  });
});

describe('P5: of a ceiling an agent is told', () => {
  const told = (instructions: readonly Instruction[]) =>
    instructions.flatMap((instruction) =>
      instruction.kind === 'send' && instruction.message.kind === 'forget-ceiling'
        ? [[instruction.host, instruction.message.of]]
        : [],
    );

  it('to forget it where a person says so, once', () => {
    const world = worldOf(['cedar'], 1);
    const ask = (host: string) => world.post({ kind: 'asked', by: 2, command: { kind: 'forget', host } });
    const asked = ask('cedar');
    expect(told(asked)).toEqual([['cedar', 'all']]);
    expect(asked).toContainEqual({
      kind: 'answer',
      to: 2,
      message: 'what cedar went down under is forgotten: it is loaded as any other host',
    });
    expect(told(tell(world, 'cedar', 0))).toEqual([]);
    expect(ask('oak')).toContainEqual({
      kind: 'answer',
      to: 2,
      message: 'there is no host oak; the inventory has cedar',
    });
  });

  it('to forget it when it is reached, where it is away', () => {
    const world = new World(['cedar']);
    const asked = world.post({ kind: 'asked', by: 2, command: { kind: 'forget', host: 'cedar' } });
    expect(told(asked)).toEqual([]);
    world.declare(declarationOf({}), [onGpu(1)]);
    expect(told(world.connect('cedar'))).toEqual([['cedar', 'all']]);
  });

  it('to forget the last where hosts went down together, and not where one did', () => {
    for (const lost of [['cedar'], ['cedar', 'birch']]) {
      const world = worldOf(['cedar', 'birch'], 2);
      const attempts = ['cedar', 'birch'].map((name) => {
        tell(world, name, 0);
        const [attempt = ''] = leasesIn(prepared(world, name), name);
        world.say(name, { kind: 'started', attempts: [{ attempt, device: 'GPU-0' }] });
        return { name, attempt };
      });
      const words = attempts
        .filter(({ name }) => lost.includes(name))
        .map(({ name, attempt }) => {
          world.now += 30_000;
          return told(world.end(attempt, endOf({ kind: 'lost', reason: 'reboot' }), name));
        });
      expect(words.flat()).toEqual(
        lost.length === 1
          ? []
          : [
              ['cedar', 'last-crash'],
              ['birch', 'last-crash'],
            ],
      );
    }
  });
});

describe('P5: hosts that are heard of again soon after each other', () => {
  it.each([
    ['as of a power cut where they were cut off in the same minute', 50_000, ['cedar', 'birch']],
    ['as of two crashes where they were cut off minutes apart', 70_000, []],
  ])('are told %s', (_, apartMs, told) => {
    const world = worldOf(['cedar', 'birch', 'oak'], 2);
    const attempts = ['cedar', 'birch'].map((name) => {
      tell(world, name, 0);
      const [attempt = ''] = leasesIn(prepared(world, name), name);
      world.say(name, { kind: 'started', attempts: [{ attempt, device: 'GPU-0' }] });
      return { name, attempt };
    });
    for (const { name } of attempts) {
      world.decide({ kind: 'host-disconnected', host: hostName(name), because: 'it is gone' });
      world.pass(apartMs);
    }
    const words = attempts.flatMap(({ name }) => {
      const after = world.connect(name);
      return [...after, ...world.post({ kind: 'time-passed', sinceMs: 1_000 })];
    });
    const forgets = words.flatMap((word) =>
      word.kind === 'send' && word.message.kind === 'forget-ceiling' ? [word.host] : [],
    );
    expect(forgets.toSorted()).toEqual(told.toSorted());
  });
});

describe('P5: what a host carried last', () => {
  const moment = (at: number, running = 2): Moment => ({
    at,
    watts: 400 + at / 1_000,
    idleWatts: 60,
    limitWatts: 500,
    celsius: 70,
    memoryBytes: gib,
    memoryTotalBytes: 64 * gib,
    running,
  });
  /** What a host is told that says these moments of its boot, is cut off, and comes back as this. */
  function toldAfter(moments: readonly Moment[], back: Partial<HostFacts>): unknown[] {
    const world = worldOf(['cedar'], 1);
    const host = hostName('cedar');
    for (const one of moments)
      world.say('cedar', { kind: 'figures', figures: figuresOf(0), holds: [], others: [], moment: one });
    world.decide({ kind: 'host-disconnected', host, because: 'no route to host' });
    const enter = (): unknown[] => {
      world.decide({ kind: 'host-connected', host, facts: { ...facts, ...back }, endsWithLogin: null });
      const answers = world.say('cedar', { kind: 'state', backlog: [], running: [], ended: [] });
      return sentIn(answers, 'last-moments');
    };
    const told = enter();
    expect(enter()).toEqual([]);
    return told;
  }

  it('is told to its next boot, once: the last 20 s', () => {
    const seconds = Array.from({ length: 40 }, (_, second) => moment(second * 1_000));
    expect(toldAfter(seconds, { bootId: 'boot-2' })).toEqual([
      { kind: 'last-moments', bootId: 'boot-1', moments: seconds.slice(-21) },
    ]);
  });

  it('is told neither to the same boot, nor to another machine, nor where nothing ran', () => {
    expect(toldAfter([moment(0)], {})).toEqual([]);
    expect(toldAfter([moment(0)], { bootId: 'boot-2', machine: 'another' })).toEqual([]);
    expect(toldAfter([moment(0), moment(1_000, 0)], { bootId: 'boot-2' })).toEqual([]);
    expect(toldAfter([], { bootId: 'boot-2' })).toEqual([]);
  });
});

describe('what trials took', () => {
  it('comes with the leases of their like, wherever they run', () => {
    const world = worldOf(['cedar'], 3);
    tell(world, 'cedar', 0);
    const [attempt = ''] = leasesIn(prepared(world, 'cedar'));
    const end = { ...endOf({ kind: 'succeeded' }, 1), device: 'GPU-0', peakGpuMemoryBytes: 30 * gib };
    const after = world.end(attempt, end);
    const [lease] = sentIn(after, 'lease').flatMap((message) =>
      typeof message === 'object' && message !== null && 'leases' in message && Array.isArray(message.leases)
        ? message.leases
        : [],
    );
    expect(lease.resources.gpuMemoryBytes).toBe(10 * gib);
    expect(lease.predicted.gpuMemoryBytes).toBeGreaterThan(30 * gib);
    expect(lease.predicted.gpuMemoryBytes).toBeLessThan(40 * gib);
  });
});

describe('what left twice for want of memory', () => {
  it('runs alone from then on, and what left for somebody else does not', () => {
    const aloneAfter = (over: 'memory' | 'others'): boolean => {
      const world = worldOf(['cedar'], 1);
      tell(world, 'cedar', 0);
      let said = prepared(world, 'cedar');
      for (let times = 0; times < 2; times += 1) {
        const [attempt = ''] = leasesIn(said);
        said = world.end(attempt, endOf({ kind: 'evicted', over, message: 'it left' }));
      }
      const [attempt = ''] = leasesIn(said);
      return [...world.state.ledger.attempts.values()].find(({ id }) => id === attempt)?.alone === true;
    };
    expect([aloneAfter('memory'), aloneAfter('others')]).toEqual([true, false]);
  });
});
