import { describe, expect, it } from 'vitest';
import type { Instruction } from '../../../src/coordinator/core/events.ts';
import type { Lease } from '../../../src/protocol/messages.ts';
import { declarationOf, leasesIn, pointOf, points, sentIn, World } from '../world.ts';

const sentLeases = (instructions: readonly Instruction[]): Lease[] =>
  instructions.flatMap((one) =>
    one.kind === 'send' && one.message.kind === 'lease' ? one.message.leases : [],
  );

/** Cedar has its fill of a sweep. */
function full(): World {
  const world = new World();
  world.declare(declarationOf(), points(20));
  expect(leasesIn(world.ready('cedar'))).toHaveLength(4);
  return world;
}
const other = (options: Parameters<typeof declarationOf>[0] = {}) =>
  declarationOf({ sweep: 'other', ...options });
const otherPoints = (count: number) => Array.from({ length: count }, (_, index) => pointOf(100 + index));

describe('sweeps of one ledger', () => {
  it('are leased to hosts that have their fill of another one, so that each has its turn there', () => {
    const leases = sentLeases(full().declare(other(), otherPoints(20)));
    expect(leases.map(({ sweep }) => sweep)).toEqual(['other', 'other', 'other', 'other']);
  });

  it('hand over what is urgent at once, and what is not only once nothing before it waits', () => {
    const world = full();
    expect(leasesIn(world.declare(other({ sweep: 'later', priority: -1 }), otherPoints(3)))).toEqual([]);
    const urgent = sentLeases(
      world.declare(other({ sweep: 'urgent', priority: 10 }), [pointOf(200), pointOf(201)]),
    );
    expect(urgent.map(({ sweep, priority }) => [sweep, priority])).toEqual([
      ['urgent', 10],
      ['urgent', 10],
    ]);
  });

  it('are planned in the order of their priority', () => {
    const world = new World();
    world.declare(declarationOf({ sweep: 'usual' }), points(20));
    world.declare(other({ sweep: 'urgent', priority: 1 }), otherPoints(20));
    expect(new Set(sentLeases(world.ready('cedar')).map(({ sweep }) => sweep))).toEqual(new Set(['urgent']));
  });

  it('take what waits back when their priority is edited, and lease it by the new one', () => {
    const world = full();
    const edited = world.declare(declarationOf({ priority: 3 }), points(20));
    const attempts = edited.flatMap((one) =>
      one.kind === 'send' && one.message.kind === 'take-back' ? one.message.attempts : [],
    );
    expect(attempts).toHaveLength(4);
    const again = sentLeases(world.say('cedar', { kind: 'taken-back', attempts, kept: [] }));
    expect(again.map(({ priority }) => priority)).toEqual([3, 3, 3, 3]);
  });

  it('share a trial that is as urgent as the most urgent of them', () => {
    const world = full();
    const [asked] = sentIn(world.declare(other({ priority: 7 }), [pointOf(0)]), 'take-back');
    expect(asked).toMatchObject({ attempts: [expect.any(String)] });
  });
});
