import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../src/coordinator/core/events.ts';
import { stranded } from '../../src/coordinator/stranded.ts';
import { liveFigures } from '../../src/coordinator/live.ts';
import type { Sweep } from '../../src/ledger/state.ts';
import { hostName, sweepName } from '../../src/model/ids.ts';
import { declarationOf, endOf, failure, leasesIn, pointOf, points, World } from './world.ts';
import type { CommandInput } from '../told.ts';

const b = declarationOf({ sweep: 'b' });
const say = (world: World, command: CommandInput): readonly Instruction[] =>
  world.post({ kind: 'asked', by: 2, command });
const answered = (instructions: readonly Instruction[]): string =>
  instructions.flatMap((one) => (one.kind === 'answer' ? [one.message] : [])).join();
const sweepIn = (world: World, name = 'lab'): Sweep => {
  const sweep = world.state.ledger.sweeps.get(sweepName(name));
  if (sweep === undefined) throw new Error(`${name} was declared`);
  return sweep;
};
const runPart = (world: World, indexes: readonly number[], count = 4): readonly Instruction[] =>
  say(world, {
    kind: 'run-part',
    declaration: declarationOf(),
    points: points(count),
    part: { points: [...indexes], seeds: [1] },
  });
/** As the next coordinator finds it. */
const forget = (world: World): void => world.state.asked.clear();
const leasedTrials = (world: World, instructions: readonly Instruction[]): string[] =>
  leasesIn(instructions).map((id) => world.state.ledger.attempts.get(id as never)?.trial ?? '');

describe('P2 a sweep that nobody asked this coordinator for', () => {
  it('is leased nothing more; what of it ends on hosts is taken in', () => {
    const world = new World();
    world.declare(declarationOf(), points(9));
    const [first = ''] = leasesIn(world.ready('cedar'));
    forget(world);
    // What waits of the other sweep there keeps it from nothing: each has its turn.
    expect(leasedTrials(world, world.declare(b, [pointOf(90)]))).toEqual(['trial-90']);
    expect(leasesIn(world.end(first, endOf({ kind: 'succeeded' }, 1)))).toEqual([]);
    expect(sweepIn(world).counts).toMatchObject({ succeeded: 1, queued: 5 });
    expect(liveFigures(world.state, 1, 0, world.now).sweeps).toMatchObject([
      { sweep: 'lab', asked: false },
      { sweep: 'b', asked: true },
    ]);
    expect(leasesIn(say(world, { kind: 'resume', sweep: 'lab' }))).not.toEqual([]);
  });

  it('is leased what another one that was asked for holds as well, and counts it', () => {
    const world = new World();
    world.declare(declarationOf(), points(2));
    forget(world);
    world.declare(b, [pointOf(1)]);
    const [shared = ''] = leasesIn(world.ready('cedar'));
    world.end(shared, endOf({ kind: 'succeeded' }, 1));
    expect([sweepIn(world).counts.succeeded, sweepIn(world, 'b').counts.succeeded]).toEqual([1, 1]);
    expect(sweepIn(world).counts.queued).toBe(1);
  });
});

describe('P3 a smaller run', () => {
  it('leases its own trials alone, of a sweep that is declared whole', () => {
    const world = new World();
    runPart(world, [2, 3]);
    const leased = leasedTrials(world, world.ready('cedar'));
    expect(leased.toSorted()).toEqual(['trial-2', 'trial-3']);
    expect(sweepIn(world).counts).toMatchObject({ leased: 2, queued: 2 });
    world.declare();
    expect(sweepIn(world).counts).toMatchObject({ leased: 4, queued: 0 });
  });

  it('takes nothing from what was asked for before, whether here or of the last coordinator', () => {
    const world = new World();
    world.declare(declarationOf(), points(40));
    expect(answered(runPart(world, [0], 40))).toBe('1 of 40 trials of sweep lab runs');
    expect(leasesIn(world.ready('cedar'))).toHaveLength(4);
    forget(world);
    runPart(world, [0], 40);
    expect(sweepIn(world).part).toBeNull();
    say(world, { kind: 'resume', sweep: null });
    expect(world.state.asked.get(sweepName('lab'))).toBeNull();
  });

  it('of a sweep that was stopped opens it for these alone', () => {
    const world = new World();
    world.declare();
    say(world, { kind: 'stop', sweep: 'lab' });
    runPart(world, [1]);
    expect(leasedTrials(world, world.ready('cedar'))).toEqual(['trial-1']);
    say(world, { kind: 'resume', sweep: 'lab' });
    expect(sweepIn(world).counts).toMatchObject({ leased: 1 });
  });

  it('adds to another one, and `resume` with its name goes on with the rest once both are done', () => {
    const world = new World();
    runPart(world, [1]);
    runPart(world, [2]);
    for (const attempt of leasesIn(world.ready('cedar'))) world.end(attempt, endOf({ kind: 'succeeded' }, 1));
    expect(sweepIn(world).counts).toMatchObject({ succeeded: 2, queued: 2 });
    say(world, { kind: 'resume', sweep: null });
    expect(sweepIn(world).counts).toMatchObject({ queued: 2 });
    say(world, { kind: 'resume', sweep: 'lab' });
    expect(sweepIn(world).counts).toMatchObject({ leased: 2 });
  });
});

describe('who goes on after another coordinator', () => {
  it('opens nothing that a person has stopped or paused meanwhile', () => {
    const world = new World();
    world.declare();
    world.ready('cedar');
    say(world, { kind: 'pause', sweep: 'lab' });
    forget(world);
    say(world, { kind: 'go-on', asked: [{ sweep: 'lab', trials: null }] });
    expect(sweepIn(world).status.kind).toBe('paused');
    say(world, { kind: 'resume', sweep: null });
    expect(sweepIn(world).status.kind).toBe('paused');
  });
});

describe('retry', () => {
  /** A trial of a sweep has failed that a person has stopped since. */
  function stoppedAfterFailure(): World {
    const world = new World();
    world.declare(declarationOf({ retries: 0 }), points(2));
    const [first = ''] = leasesIn(world.ready('cedar'));
    world.end(first, endOf(failure()));
    say(world, { kind: 'stop', sweep: 'lab' });
    return world;
  }

  it('leaves a sweep stopped that a person has stopped, and says what opens it', () => {
    const world = stoppedAfterFailure();
    expect(answered(say(world, { kind: 'retry', trials: ['trial-0'] }))).toBe(
      '1 trial queued again\nsweep lab was stopped by a person and stays so: `labsweep resume lab` goes on with it',
    );
    expect(sweepIn(world).status.kind).toBe('stopped');
  });

  it('opens a sweep again that had stopped by itself, and says what is queued with it', () => {
    const world = new World(['cedar', 'maple']);
    world.declare(declarationOf({ retries: 0 }), points(14));
    for (const name of ['cedar', 'maple']) world.ready(name);
    const nextLeased = () =>
      [...world.state.ledger.attempts.values()].find(({ status }) => status.kind === 'leased');
    for (let next = nextLeased(); next !== undefined; next = nextLeased()) {
      const outcome = sweepIn(world).status.kind === 'stopped' ? ({ kind: 'cancelled' } as const) : failure();
      world.end(next.id, endOf(outcome), next.host);
    }
    expect(sweepIn(world).status).toMatchObject({ kind: 'stopped', by: 'same-failure' });
    const { failed, cancelled } = sweepIn(world).counts;
    expect(cancelled).toBeGreaterThan(1);
    expect(answered(say(world, { kind: 'retry', trials: ['trial-0'] }))).toBe(
      `1 trial queued again\nsweep lab, which had stopped by itself, is open again, with ${cancelled} trials that this had cancelled`,
    );
    expect(sweepIn(world).counts).toMatchObject({ failed: failed - 1, cancelled: 0 });
  });

  it('queues a trial for the sweep that is open, of two that hold it', () => {
    const world = stoppedAfterFailure();
    world.declare(b, [pointOf(0), pointOf(7)]);
    const retried = say(world, { kind: 'retry', trials: ['trial-0'] });
    expect(answered(retried)).toBe('1 trial queued again');
    expect(leasedTrials(world, retried)).toContain('trial-0');
    expect(sweepIn(world).status.kind).toBe('stopped');
  });
});

describe('a sweep of which all that is left is on hosts that were given up', () => {
  it('cannot go on, and does once one is tried again', () => {
    const world = new World();
    world.declare(declarationOf(), points(1));
    world.ready('cedar');
    expect(stranded(world.state, sweepIn(world))).toBeNull();
    const because = 'another host key';
    world.post({ kind: 'host-disconnected', host: hostName('cedar'), because: 'cut' });
    expect(stranded(world.state, sweepIn(world))).toBeNull();
    world.post({ kind: 'host-given-up', host: hostName('cedar'), because });
    expect(stranded(world.state, sweepIn(world))).toMatchObject([{ host: 'cedar', refusal: { because } }]);
    say(world, { kind: 'on', host: 'cedar' });
    expect(stranded(world.state, sweepIn(world))).toBeNull();
  });
});
