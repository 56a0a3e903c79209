/** What an agent makes of an attempt that ran out of memory. */
import { describe, expect, it } from 'vitest';
import type { AttemptEnd } from '../../../src/model/result/attempt-end.ts';
import { factsOf, figuresOf, leaseOf, World } from './world.ts';

const gib = 1024 ** 3;
const facts = factsOf({ memoryBytes: 8 * gib });
const killed = { exit: 137, printed: [], oomKills: 1 };

/** Each attempt with what it holds, in GiB; and what others hold. */
function sample(world: World, held: Readonly<Record<string, number>>, othersGib = 0.5): void {
  world.now += 1_000;
  const used = othersGib + Object.values(held).reduce((sum, one) => sum + one, 0);
  world.post({
    kind: 'sampled',
    figures: figuresOf({ memoryTotalBytes: 8 * gib, memoryAvailableBytes: (8 - used) * gib }),
    shares: Object.entries(held).map(([attempt, one]) => ({
      attempt,
      cpuMs: world.now,
      startTime: 1,
      memoryBytes: one * gib,
      gpuMemoryBytes: 0,
      suspended: false,
      hasCheckpoint: false,
    })),
  });
}

function endOf(world: World, attempt: string): AttemptEnd {
  const [record] = world
    .records('ended')
    .filter((one): one is { attempt: string; end: AttemptEnd } => typeof one === 'object' && one !== null)
    .filter((one) => one.attempt === attempt);
  if (record === undefined) throw new Error(`${attempt} has not ended`);
  return record.end;
}

const undeclared = (attempt: string, shape: string) => leaseOf(attempt, { memory: null, shape });

const inGib = ({ shortage }: AttemptEnd) =>
  shortage && { ...shortage, hadBytes: shortage.hadBytes / gib, totalBytes: shortage.totalBytes / gib };

describe('an attempt that runs out of memory', () => {
  it('alone had all that others left', () => {
    const world = World.greeted(facts);
    world.lease(undeclared('a-1', 's1'));
    world.spawnAll();
    sample(world, { 'a-1': 3 });
    world.finish('a-1', killed);
    expect(endOf(world, 'a-1').outcome.kind).toBe('oom');
    expect(inGib(endOf(world, 'a-1'))).toEqual({
      memory: 'host',
      hadBytes: 7.5,
      totalBytes: 8,
      ofGroup: false,
      alone: true,
    });
  });

  it('beside another had what that left, and is not alone for a while after it', () => {
    const world = World.greeted(facts);
    world.lease(
      leaseOf('a-1', { memory: gib / 4, shape: 's1' }),
      leaseOf('a-2', { memory: gib / 4, shape: 's2' }),
    );
    expect(world.spawnAll()).toEqual(['a-1', 'a-2']);
    sample(world, { 'a-1': 1, 'a-2': 4 });
    world.finish('a-1');
    world.now += 500;
    world.finish('a-2', killed);
    expect(inGib(endOf(world, 'a-2'))).toMatchObject({ hadBytes: 6.5, alone: false });
  });

  it('by a process of its own is told by the group’s counter where it has that group to itself', () => {
    const outcomeIn = (ofGroup: boolean, ...beside: string[]): string => {
      const world = World.greeted(factsOf({ memoryBytes: 8 * gib, memoryOfGroup: ofGroup }));
      const shapes = ['a-1', ...beside].map((attempt) =>
        leaseOf(attempt, { memory: gib / 4, shape: attempt }),
      );
      world.lease(...shapes);
      world.spawnAll();
      world.post({
        kind: 'sampled',
        figures: figuresOf({ memoryTotalBytes: 8 * gib, memoryOfGroup: ofGroup }),
        shares: [],
      });
      world.finish('a-1', { exit: 1, printed: [], oomKills: 1, logTail: 'a worker went away' });
      return endOf(world, 'a-1').outcome.kind;
    };
    expect(outcomeIn(true)).toBe('oom');
    // Of the whole machine, or beside another trial, it may be anybody's.
    expect(outcomeIn(false)).toBe('failed');
    expect(outcomeIn(true, 'a-2')).toBe('failed');
  });

  it('is expected to need 1.6 times what it had, and waits for that', () => {
    const world = World.greeted(facts);
    world.lease(leaseOf('a-1', { memory: gib }));
    world.spawnAll();
    sample(world, { 'a-1': 2 }, 4);
    // Somebody else had half of it, so it is not known to be too large.
    world.finish('a-1', killed);
    world.lease(leaseOf('a-2', { memory: gib }));
    expect(world.spawnAll()).toEqual([]);
    sample(world, {}, 1);
    expect(world.spawnAll()).toEqual(['a-2']);
  });

  it('with all that there is keeps the others of its shape that wait there, and nobody else', () => {
    const world = World.greeted(facts);
    world.lease(undeclared('a-1', 's1'), undeclared('a-2', 's1'), undeclared('a-3', 's2'));
    expect(world.spawnAll()).toEqual(['a-1']);
    sample(world, { 'a-1': 3 });
    world.finish('a-1', killed);
    expect(world.spawnAll()).toEqual(['a-3']);
    sample(world, { 'a-3': 1 });
    expect(world.hear('figures').holds).toBeDefined();
    world.finish('a-3');
    expect(world.spawnAll()).toEqual([]);
    // Whoever leases one now has heard of it, and a person wants it tried again.
    world.lease(undeclared('a-4', 's1'));
    expect(world.spawnAll()).toHaveLength(1);
  });

  it.each([
    ['waits until it is read how one ended that the kernel may have killed', 1, []],
    ['starts at once where it has killed none', 0, ['a-2']],
  ])('before any sample has seen it: the next of its shape %s', (_, oomKills, started) => {
    const world = World.greeted(facts);
    world.lease(undeclared('a-1', 's1'), undeclared('a-2', 's1'));
    expect(world.spawnAll()).toEqual(['a-1']);
    world.post({ kind: 'exited', attempt: 'a-1', oomKills });
    expect(world.spawnAll()).toEqual(started);
  });

  it('is known by the next agent as well', () => {
    const world = World.greeted(facts);
    world.lease(undeclared('a-1', 's1'), undeclared('a-2', 's1'));
    world.spawnAll();
    sample(world, { 'a-1': 3 });
    world.finish('a-1', killed);
    const next = world.next();
    next.post({ kind: 'booted', facts });
    sample(next, {});
    expect(next.spawnAll()).toEqual([]);
  });

  it('is what one ran out of that was sent away since it took more than was expected', () => {
    const evicted = (memory: number): AttemptEnd => {
      const world = World.greeted(facts);
      world.lease(
        leaseOf('a-1', { memory: memory * gib, shape: 's1' }),
        leaseOf('a-2', { memory: gib, shape: 's2' }),
      );
      world.spawnAll();
      for (const held of [1, 1]) sample(world, { 'a-1': held });
      world.spawnAll();
      sample(world, { 'a-1': 5, 'a-2': 1 }, 1.8);
      world.finish('a-1', { exit: 143, printed: [] });
      return endOf(world, 'a-1');
    };
    expect(evicted(1).outcome).toMatchObject({ kind: 'evicted', over: 'memory' });
    expect(inGib(evicted(1))).toMatchObject({ memory: 'host', alone: false });
  });
});

describe('the memory of a host', () => {
  it('is told anew when it is another', () => {
    const world = World.greeted(facts);
    world.forgetMessages();
    world.sample({ memoryTotalBytes: 4 * gib, memoryAvailableBytes: 3 * gib });
    expect(world.hear('facts').facts.memoryBytes).toBe(4 * gib);
  });
});
