import { describe, expect, it } from 'vitest';
import { nothingPredicted } from '../../../src/protocol/messages.ts';
import { queueOf } from '../../../src/worker/core/queue.ts';
import { leaseOf, World } from './world.ts';

const order = (world: World): readonly string[] =>
  [...world.state.ledgers.values()].flatMap((side) =>
    [...queueOf(world.state, side)].filter((id) => side.waiting.has(id)),
  );

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
