/** Disks that are too full for a launch to be made there, and those that only its own program writes to. */
import { expect, it } from 'vitest';
import { eligibility } from '../../src/coordinator/hosts/eligibility.ts';
import { stranded } from '../../src/coordinator/stranded.ts';
import { attemptId, hostName, sweepName } from '../../src/model/ids.ts';
import { declarationOf, endOf, pointOf, points, World } from './world.ts';

it.each([
  ['for want of disk space is tried again after a minute', 'pip: No space left on device', true],
  ['for another reason is left to a person', 'pip: no matching distribution', false],
])('what cannot be made on a host %s', (_, problem, isTriedAgain) => {
  const world = new World(['cedar', 'maple']);
  world.declare(declarationOf(), points(40));
  world.ready('maple');
  world.connect('cedar');
  const host = hostName('cedar');
  world.post({ kind: 'launch-refused', host, launch: 'launch-1', problem, logTail: '' });
  const prepared = (): boolean =>
    world
      .pass(30_000)
      .some((instruction) => instruction.kind === 'prepare' && instruction.host === hostName('cedar'));
  expect(prepared()).toBe(false);
  expect([prepared(), prepared()].includes(true)).toBe(isTriedAgain);
});

/** What a program ends with whose own disk is full, where labsweep's has room. */
const fullElsewhere = {
  ...endOf({ kind: 'no-space', message: 'it said "No space left on device"' }),
  disk: { wroteBytes: 0, beganBytes: 2 ** 32, leftBytes: 2 ** 32, heldBytes: 0, alone: true },
};

/** A host that runs two sweeps of one program, the first of which finds no room. */
function hostOfTwo(): World {
  const world = new World();
  world.declare(declarationOf({ retries: 0 }), points(4));
  const others = Array.from({ length: 40 }, (_, x) => pointOf(x + 100));
  world.declare(declarationOf({ sweep: sweepName('other') }), others);
  world.ready('cedar');
  return world;
}

const openOf = (world: World, sweep: string): string[] =>
  [...world.state.ledger.attempts.values()]
    .filter((attempt) => attempt.sweep === sweep && attempt.status.kind === 'leased')
    .map(({ id }) => id);

/** Ends what is there of the first sweep, and then what follows at once; beside each a trial of the other. @returns how many */
function failAll(world: World): number {
  let ends = 0;
  for (let [next] = openOf(world, 'lab'); next !== undefined; [next] = openOf(world, 'lab')) {
    world.end(next, fullElsewhere);
    const [other = ''] = openOf(world, 'other');
    world.end(other, endOf({ kind: 'succeeded' }, 1));
    ends += 1;
  }
  return ends;
}

const cedarOf = (world: World) => {
  const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
  const host = world.state.fleet.get(hostName('cedar'));
  if (sweep === undefined || host === undefined) throw new Error('both were declared');
  return { sweep, host };
};

it('a disk of one sweep that is full keeps off that sweep alone, which is tried again after a pause that grows', () => {
  const world = hostOfTwo();
  expect(failAll(world)).toBeLessThanOrEqual(4);
  const { sweep, host } = cedarOf(world);
  expect(world.state.ledger.hosts.get(host.name)).toMatchObject({ charges: 0, quarantine: null });
  expect(sweep.counts).toMatchObject({ queued: 4, failed: 0 });
  expect(eligibility(world.state, sweep, host)).toMatchObject({
    refusal: { kind: 'no-room', of: 'sweep', because: 'it said "No space left on device"' },
  });
  expect(openOf(world, 'other').length).toBeGreaterThan(0);
  // The run of that sweep alone waits for it, as long as it is soon tried again.
  expect(stranded(world.state, sweep)).toBeNull();
  const triedAfter = (ms: number): number => {
    world.pass(ms);
    return openOf(world, 'lab').length;
  };
  expect([triedAfter(50_000), triedAfter(11_000)]).toEqual([0, 1]);
  expect(failAll(world)).toBe(1);
  expect([triedAfter(110_000), triedAfter(11_000)]).toEqual([0, 1]);
});

it('a trial that found no room is not tried again at once where the others of its sweep find some', () => {
  const world = hostOfTwo();
  const [first = '', second = ''] = openOf(world, 'lab');
  world.end(first, fullElsewhere);
  world.end(second, endOf({ kind: 'succeeded' }, 1));
  const isOpen = (): boolean =>
    world.state.ledger.trials.get(trialOf(world, first))?.status.kind === 'leased';
  expect(isOpen()).toBe(false);
  world.pass(50_000);
  expect(isOpen()).toBe(false);
  world.pass(11_000);
  expect(isOpen()).toBe(true);
});

const trialOf = (world: World, attempt: string) => {
  const found = world.state.ledger.attempts.get(attemptId(attempt));
  if (found === undefined) throw new Error('it was leased');
  return found.trial;
};

it('a disk of one sweep that has room again is used as ever', () => {
  const world = hostOfTwo();
  failAll(world);
  world.pass(61_000);
  for (let [next] = openOf(world, 'lab'); next !== undefined; [next] = openOf(world, 'lab')) {
    world.end(next, endOf({ kind: 'succeeded' }, 1));
    world.pass(1_000);
  }
  expect(cedarOf(world).sweep.counts).toMatchObject({ succeeded: 4 });
});
