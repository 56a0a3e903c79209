import { nothingRead } from '../../../src/worker/core/journal-record.ts';
import { describe, expect, it } from 'vitest';
import { nextDeadline } from '../../../src/worker/core/watch.ts';
import { launchId } from '../../../src/model/ids.ts';
import { leaseOf, World } from './world.ts';

const gib = 1024 ** 3;

/** Refusals of the first attempt that waits, as the writer was told last. */
function holds(world: World): unknown {
  world.sample();
  let last: unknown = null;
  try {
    for (;;) last = world.hear('figures').holds;
  } catch {
    return last;
  }
}

describe('a trial under which hosts went down', () => {
  it('starts once nothing else runs, and nothing starts beside it', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'), leaseOf('a-2', { alone: true }), leaseOf('a-3'));
    expect(world.spawnAll()).toEqual(['a-1']);
    expect(holds(world)).toEqual([{ attempt: 'a-2', refusals: [{ kind: 'alone', running: 1 }] }]);
    world.finish('a-1');
    expect(world.spawnAll()).toEqual(['a-2']);
    expect(holds(world)).toEqual([{ attempt: 'a-3', refusals: [{ kind: 'beside', attempt: 'a-2' }] }]);
    world.finish('a-2');
    expect(world.spawnAll()).toEqual(['a-3']);
  });

  it('is passed by what ends before the host is empty, and by nothing else', () => {
    const world = World.greeted();
    world.lease(leaseOf('long', { predictedSeconds: 100 }), leaseOf('poison', { alone: true }));
    expect(world.spawnAll()).toEqual(['long']);
    world.now += 40_000;
    world.sample();
    const short = { predictedSeconds: 50, shape: 'short' };
    world.lease(leaseOf('late', { predictedSeconds: 70, shape: 'late' }), leaseOf('short-1', short));
    expect(world.spawnAll()).toEqual(['short-1']);
    world.finish('short-1');
    world.now += 20_000;
    world.sample();
    world.lease(leaseOf('short-2', short), leaseOf('unknown', { shape: 'unknown' }));
    expect(world.spawnAll()).toEqual([]);
    world.finish('long');
    expect(world.spawnAll()).toEqual(['poison']);
  });

  it('has its turn where what runs takes longer than predicted', () => {
    const world = World.greeted();
    world.lease(leaseOf('long', { predictedSeconds: 10 }), leaseOf('poison', { alone: true }));
    expect(world.spawnAll()).toEqual(['long']);
    world.now += 60_000;
    world.sample();
    world.lease(leaseOf('short', { predictedSeconds: 1, shape: 'short' }));
    expect(world.spawnAll()).toEqual([]);
  });

  it('holds back the trials of another ledger as well', () => {
    const world = World.greeted();
    world.greet(2, 1, 'other');
    world.lease(leaseOf('poison', { alone: true }));
    expect(world.spawnAll()).toEqual(['poison']);
    world.say(2, { kind: 'launch', launch: 'launch', spec: launchOfWorld(world), wheels: null, passed: {} });
    world.say(2, { kind: 'lease', leases: [leaseOf('theirs')] });
    expect(world.spawnAll()).toEqual([]);
    world.finish('poison');
    expect(world.spawnAll()).toEqual(['theirs']);
  });

  it('waits for what other accounts claim, and claims the whole host from them', () => {
    const world = World.greeted();
    const claim = {
      user: 'ana',
      device: 'cpu',
      gpuBytes: 0,
      gpuShownBytes: 0,
      hostShownBytes: 0,
      announcedAt: null,
      session: null,
    };
    world.others = [{ ...claim, hostBytes: gib }];
    world.look();
    world.lease(leaseOf('poison', { alone: true }));
    expect(world.spawnAll()).toEqual([]);
    expect(holds(world)).toEqual([{ attempt: 'poison', refusals: [{ kind: 'alone', running: 1 }] }]);
    world.others = [];
    world.look();
    expect(world.spawnAll()).toEqual(['poison']);
    expect(world.claimed).toMatchObject([{ hostBytes: 64 * gib }]);
  });

  it('is alone still for the next agent', () => {
    const world = World.greeted();
    world.lease(leaseOf('poison', { alone: true }), leaseOf('a-2'));
    expect(world.spawnAll()).toEqual(['poison']);
    world.expectSnapshotEqual();
    const next = world.next();
    next.post({ kind: 'booted', facts: next.state.facts });
    next.sample();
    expect(next.spawnAll()).toEqual([]);
  });
});

describe('what ran when its host went down', () => {
  const lost = (before: World): unknown => {
    const next = before.next();
    next.post({ kind: 'booted', facts: { ...next.state.facts, bootId: 'boot-2' } });
    next.greet(1);
    return next.take('send-end').end.outcome;
  };

  it('was lost with it', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    expect(lost(world)).toEqual({ kind: 'lost', reason: 'reboot' });
  });

  it('was ended by a shutdown where the agent was asked to end as well', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.post({ kind: 'asked-to-end' });
    world.expectSnapshotEqual();
    expect(lost(world)).toEqual({ kind: 'lost', reason: 'shutdown' });
  });

  it('was ended by a shutdown where its trial had heard of that first', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.finish('a-1', { exit: 143 });
    world.now += 1_999;
    world.post({ kind: 'tick' });
    expect(() => world.take('send-end')).toThrow();
    world.post({ kind: 'asked-to-end' });
    world.now += 1;
    world.post({ kind: 'tick' });
    expect(() => world.take('send-end')).toThrow();
    expect(lost(world)).toEqual({ kind: 'lost', reason: 'shutdown' });
  });

  it('has failed where the host goes on after somebody has ended it', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.finish('a-1', { exit: 143 });
    const due = world.now + 2_000;
    world.now += 500;
    world.post({ kind: 'tick' });
    expect(nextDeadline(world.state)).toBe(due);
    world.now = due;
    world.post({ kind: 'tick' });
    expect(world.take('send-end').end.outcome).toMatchObject({ kind: 'failed', signal: 'SIGTERM' });
  });

  it('was lost with it where another agent had taken over', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.post({ kind: 'asked-to-end' });
    const next = world.next();
    next.post({ kind: 'booted', facts: next.state.facts });
    expect(lost(next)).toEqual({ kind: 'lost', reason: 'reboot' });
  });
});

describe('an end that was sealed before its host went down', () => {
  const ended = (): World => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.spawnAll();
    world.post({
      kind: 'lines',
      attempt: 'a-1',
      lines: [{ score: 1 }],
      standing: null,
      offsets: { ...nothingRead, report: 9 },
    });
    world.finish('a-1', { lines: [{ score: 2 }] });
    return world;
  };
  const told = (world: World): unknown => {
    const next = world.next();
    next.post({ kind: 'booted', facts: { ...next.state.facts, bootId: 'boot-2' } });
    next.greet(1);
    return next.take('send-end').end.outcome;
  };

  it('counts with all its lines', () => {
    expect(told(ended())).toEqual({ kind: 'succeeded' });
  });

  it('does not count where the disk has not kept all of them', () => {
    const world = ended();
    const torn = world.journal.findIndex((line) => line.includes('"kind":"lines"'));
    world.journal.splice(torn, 1);
    expect(told(world)).toEqual({ kind: 'lost', reason: 'reboot' });
  });
});

const launchOfWorld = (world: World) => {
  const spec = world.state.launches.get(launchId('launch'));
  if (spec === undefined) throw new Error('no launch');
  return spec;
};
