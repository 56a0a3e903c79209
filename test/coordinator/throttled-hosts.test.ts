import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { hostName } from '../../src/model/ids.ts';
import type { HostFigures } from '../../src/protocol/messages.ts';
import { plainGpu } from '../plain-gpu.ts';
import { calm, declarationOf, endOf, factsOf, leasesIn, pointOf, sentIn, World } from './world.ts';

const gib = 2 ** 30;
const facts = {
  ...factsOf(8),
  gpus: [{ uuid: 'GPU-0', index: 0, name: 'A4000', memoryBytes: 16 * gib }],
};

const figuresOf = (othersProcesses: number): HostFigures => ({
  ...calm,
  gpus: [
    {
      ...plainGpu('GPU-0', gib, 16 * gib),
      othersProcesses,
      strangers: null,
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
function worldOf(hosts: readonly string[], trials: number): World {
  const world = new World(hosts);
  world.declare(
    declarationOf({}),
    Array.from({ length: trials }, (_, x) => onGpu(x)),
  );
  for (const name of hosts) {
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
