/** Who starts beside one that waits. */
import { describe, expect, it } from 'vitest';
import { leaseOf, World } from './world.ts';

const gib = 2 ** 30;

describe('P4 a trial that waits for room', () => {
  it('keeps a host from nobody for memory that others hold', () => {
    const world = World.greeted();
    world.sample({ memoryAvailableBytes: 20 * gib });
    world.lease(leaseOf('a-1', { memory: 40 * gib }), leaseOf('b-1', { memory: gib, shape: 'small' }));
    world.lease(leaseOf('b-2', { memory: gib, shape: 'other' }));
    expect(world.spawnAll()).toEqual(['b-1', 'b-2']);
  });

  it('has memory kept for it that ours hold: small trials do not starve it', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1', { memory: 40 * gib, shape: 'first' }));
    expect(world.spawnAll()).toEqual(['a-1']);
    world.lease(leaseOf('a-2', { memory: 40 * gib, shape: 'second' }));
    world.lease(leaseOf('b-1', { memory: gib, shape: 'small' }));
    expect(world.spawnAll()).toEqual([]);
  });

  it('keeps a host from nobody for a disk that is too full for it', () => {
    const world = World.greeted();
    const large = leaseOf('a-1', { shape: 'large' });
    world.lease({ ...large, resources: { ...large.resources, diskBytes: 900 * gib } });
    world.lease(leaseOf('b-1', { shape: 'small' }));
    expect(world.spawnAll()).toEqual(['b-1']);
  });

  it('starts once what others held is free, though small ones run beside', () => {
    const world = World.greeted();
    world.sample({ memoryAvailableBytes: 20 * gib });
    world.lease(leaseOf('a-1', { memory: 40 * gib }), leaseOf('b-1', { memory: gib, shape: 'small' }));
    expect(world.spawnAll()).toEqual(['b-1']);
    world.sample({ memoryAvailableBytes: 59 * gib });
    world.lease(leaseOf('b-2', { memory: gib, shape: 'small' }));
    expect(world.spawnAll()).toContain('a-1');
  });
});
