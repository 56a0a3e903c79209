import { describe, expect, it } from 'vitest';
import { nothingPredicted } from '../../../src/protocol/messages.ts';
import { queueOf } from '../../../src/worker/core/queue.ts';
import { launchOf, leaseOf, World } from './world.ts';

const order = (world: World): readonly string[] =>
  [...world.state.ledgers.values()].flatMap((side) => [...queueOf(world.state, side)]);

/** All wait: the host is full. */
const full = (): World => {
  const world = World.greeted();
  world.lease(leaseOf('full', { cpus: 4 }));
  world.spawnAll();
  return world;
};

describe('attempts start', () => {
  it('the longest first, and as they were leased where nothing tells them apart', () => {
    const world = full();
    world.lease(
      leaseOf('short', { predictedSeconds: 10, shape: 's' }),
      leaseOf('first', { predictedSeconds: 50, shape: 'a' }),
      leaseOf('second', { predictedSeconds: 50, shape: 'b' }),
      leaseOf('long', { predictedSeconds: 90, shape: 'l' }),
    );
    expect(order(world)).toEqual(['long', 'first', 'second', 'short']);
  });

  it('once: what has begun or was taken back is in the order no more', () => {
    const world = full();
    world.lease(...['a', 'b', 'c', 'd'].map((id) => leaseOf(id, { shape: id })));
    expect(order(world)).toEqual(['a', 'b', 'c', 'd']);
    world.say(1, { kind: 'take-back', attempts: ['a', 'c'] });
    expect(order(world)).toEqual(['b', 'd']);
    world.finish('full');
    world.spawnAll();
    expect(order(world)).toEqual([...world.state.ledgers.values()].flatMap((side) => [...side.waiting]));
    expect(order(world)).not.toContain('b');
  });

  it('by what the lab has learned since they were leased', () => {
    const world = full();
    world.lease(leaseOf('a-1', { shape: 'one' }), leaseOf('a-2', { shape: 'two' }));
    expect(order(world)).toEqual(['a-1', 'a-2']);
    world.say(1, { kind: 'expect', shapes: [{ shape: 'two', predicted: nothingPredicted, seconds: 60 }] });
    expect(order(world)).toEqual(['a-2', 'a-1']);
  });

  it('sweep after sweep, and around what runs alone', () => {
    const world = full();
    world.lease(
      leaseOf('old-short', { predictedSeconds: 1, shape: 's1' }),
      leaseOf('alone', { predictedSeconds: 1, shape: 's2', alone: true }),
      leaseOf('new-long', { predictedSeconds: 99, shape: 's3' }),
    );
    expect(order(world)).toEqual(['old-short', 'alone', 'new-long']);
  });
});

describe('sweeps of one ledger', () => {
  const of = (sweep: string, count: number, more: Partial<Parameters<typeof leaseOf>[1]> = {}) =>
    Array.from({ length: count }, (_, index) =>
      leaseOf(`${sweep}-${index}`, { sweep, shape: sweep, cpus: 4, ...more }),
    );
  /** Which started, each ending after so many seconds. */
  function startsOf(world: World, count: number, seconds: number): string[] {
    const starts: string[] = [];
    while (starts.length < count) {
      for (let second = 0; second < seconds; second += 1) {
        world.now += 1_000;
        world.sample();
      }
      const running = [...world.state.active][0]?.lease.attempt;
      if (running !== undefined) world.finish(running);
      starts.push(...world.spawnAll().map((attempt) => attempt.replace(/-\d+$/, '')));
    }
    return starts;
  }

  it('that are as urgent take turns, whichever was leased first', () => {
    const world = full();
    world.lease(...of('old', 20));
    world.lease(...of('new', 4));
    world.finish('full');
    expect(startsOf(world, 8, 30).filter((sweep) => sweep === 'new')).toHaveLength(4);
  });

  it('have equal times, not equal numbers of trials', () => {
    const world = full();
    world.lease(...of('wide', 40, { cpus: 4 }), ...of('narrow', 40, { cpus: 4 }));
    world.finish('full');
    const starts = startsOf(world, 16, 10);
    expect(Math.abs(starts.filter((sweep) => sweep === 'wide').length - 8)).toBeLessThanOrEqual(2);
  });

  it('go by their priority, an urgent one at the next end, past what runs alone', () => {
    const world = full();
    world.lease(...of('usual', 3), leaseOf('alone-0', { sweep: 'usual', alone: true, cpus: 4 }));
    world.lease(...of('late', 1, { priority: -1 }), ...of('urgent', 2, { priority: 5 }));
    expect(order(world)).toEqual([
      'urgent-0',
      'urgent-1',
      'usual-0',
      'usual-1',
      'usual-2',
      'alone-0',
      'late-0',
    ]);
  });

  it('that leases of before do not name are told apart by what runs them', () => {
    const world = full();
    world.lease(leaseOf('a', { predictedSeconds: 1 }), leaseOf('b', { predictedSeconds: 9 }));
    expect(order(world)).toEqual(['b', 'a']);
  });
});

describe('ledgers of one account', () => {
  it('take turns by what each has used, not by how many trials it has started', () => {
    const world = World.greeted();
    world.greet(2, 1, 'other');
    world.lease(
      ...Array.from({ length: 40 }, (_, index) => leaseOf(`short-${index}`, { cpus: 4, shape: 's' })),
    );
    world.say(2, {
      kind: 'launch',
      launch: 'launch',
      spec: launchOf(),
      wheels: null,
      passed: {},
    });
    world.say(2, {
      kind: 'lease',
      leases: Array.from({ length: 40 }, (_, index) => leaseOf(`long-${index}`, { cpus: 4, shape: 'l' })),
    });
    const had = { short: 0, long: 0 };
    for (let second = 0; second < 2_000; second += 1) {
      world.now += 1_000;
      world.sample();
      world.spawnAll();
      const [running] = world.state.active;
      if (running === undefined) continue;
      const name = running.lease.attempt.startsWith('long') ? 'long' : 'short';
      had[name] += 1;
      const startedAt = running.status.kind === 'running' ? running.status.run.startedAt : world.now;
      if (world.now - startedAt >= (name === 'long' ? 90_000 : 30_000)) world.finish(running.lease.attempt);
      world.spawnAll();
    }
    expect(Math.abs(had.short - had.long)).toBeLessThan(150);
  });
});
