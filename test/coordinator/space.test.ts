/** Disks that are too full for a launch to be made there, and those that only its own program writes to. */
import { expect, it } from 'vitest';
import { eligibility } from '../../src/coordinator/hosts/eligibility.ts';
import { stranded } from '../../src/coordinator/stranded.ts';
import { hostName, launchId, sweepName } from '../../src/model/ids.ts';
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

/** A host that runs two programs, the first of which finds no room. */
function hostOfTwo(): World {
  const world = new World();
  world.declare(declarationOf({ retries: 0 }), points(2));
  const others = Array.from({ length: 40 }, (_, x) => pointOf(x + 100));
  world.declare(declarationOf({ sweep: sweepName('other'), launch: launchId('launch-2') }), others);
  world.ready('cedar');
  world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-2' });
  return world;
}

const openOf = (world: World, sweep: string): string[] =>
  [...world.state.ledger.attempts.values()]
    .filter((attempt) => attempt.sweep === sweep && attempt.status.kind === 'leased')
    .map(({ id }) => id);

/** Ends what is there of the first program, and then what follows at once. */
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

it('a disk of one program that is full keeps off that program alone, is tried again after a pause that grows, and gives no trial up', () => {
  const world = hostOfTwo();
  expect(failAll(world)).toBeLessThanOrEqual(4);
  expect(world.state.ledger.hosts.get(hostName('cedar'))).toMatchObject({ charges: 0, quarantine: null });
  const sweep = world.state.ledger.sweeps.get(sweepName('lab'));
  const host = world.state.fleet.get(hostName('cedar'));
  if (sweep === undefined || host === undefined) throw new Error('both were declared');
  expect(sweep.counts).toMatchObject({ queued: 2, failed: 0 });
  expect(eligibility(world.state, sweep, host)).toMatchObject({
    refusal: { kind: 'no-room', because: expect.stringMatching(/^left out until there is room again/) },
  });
  expect(openOf(world, 'other').length).toBeGreaterThan(0);
  // The run of that sweep alone waits for it, as long as it is soon tried again.
  expect(stranded(world.state, sweep)).toBeNull();
  const triedAgain = (ms: number): boolean =>
    world.pass(ms).some(({ kind }) => kind === 'prepare') &&
    (world.post({ kind: 'launch-ready', host: host.name, launch: 'launch-1' }), true);
  expect([triedAgain(50_000), triedAgain(11_000)]).toEqual([false, true]);
  expect(openOf(world, 'lab')).toHaveLength(1);
  expect(failAll(world)).toBe(1);
  expect([triedAgain(110_000), triedAgain(11_000)]).toEqual([false, true]);
});

it('a disk of one program that has room again is used as ever', () => {
  const world = hostOfTwo();
  failAll(world);
  world.pass(61_000);
  world.post({ kind: 'launch-ready', host: hostName('cedar'), launch: 'launch-1' });
  for (let [next] = openOf(world, 'lab'); next !== undefined; [next] = openOf(world, 'lab'))
    world.end(next, endOf({ kind: 'succeeded' }, 1));
  expect(world.state.ledger.sweeps.get(sweepName('lab'))?.counts).toMatchObject({ succeeded: 2 });
});
