import { describe, expect, it } from 'vitest';
import { leaseOf, World } from './world.ts';

const restore = { kind: 'restore-checkpoint', trial: 'trial-a-1', hash: 'hash', path: '/pack' } as const;

/** Its pack is unpacked, or cannot be. */
const unpacked = (world: World, problem: string | null = null): void =>
  world.post({ kind: 'checkpoint-unpacked', connection: 1, trial: 'trial-a-1', problem });

describe('a checkpoint from another host', () => {
  it('is put in its place once it is unpacked', () => {
    const world = World.greeted();
    world.say(1, restore);
    world.take('unpack-checkpoint');
    unpacked(world);
    expect(world.take('place-checkpoint')).toMatchObject({ connection: 1, trial: 'trial-a-1' });
    expect(() => world.take('discard-checkpoint')).toThrow();
  });

  it('is not put under a trial that was leased meanwhile, nor under one that is there', () => {
    const world = World.greeted();
    world.say(1, restore);
    world.take('unpack-checkpoint');
    world.lease(leaseOf('a-1'));
    unpacked(world);
    world.take('discard-checkpoint');
    expect(() => world.take('place-checkpoint')).toThrow();
    expect(world.hear('checkpoint-restored').problem).toBe('the trial is on that host');
    world.say(1, restore);
    expect(world.hear('checkpoint-restored').problem).toBe('the trial is on that host');
    expect(() => world.take('unpack-checkpoint')).toThrow();
  });

  it('comes one at a time, and makes way for the next where it does not come whole', () => {
    const world = World.greeted();
    world.say(1, restore);
    world.say(1, restore);
    world.take('unpack-checkpoint');
    expect(() => world.take('unpack-checkpoint')).toThrow();
    expect(world.hear('checkpoint-restored').problem).toBe(
      'a checkpoint of the trial is on its way there already',
    );
    unpacked(world, 'state came damaged');
    expect(world.hear('checkpoint-restored').problem).toBe('state came damaged');
    world.say(1, restore);
    world.take('unpack-checkpoint');
  });

  it('is dropped where its trial has its result elsewhere, and not while it is there', () => {
    const world = World.greeted();
    world.lease(leaseOf('a-1'));
    world.say(1, { kind: 'drop-checkpoints', trials: ['trial-a-1', 'trial-a-2'] });
    expect(world.take('drop-checkpoint').trial).toBe('trial-a-2');
    expect(() => world.take('drop-checkpoint')).toThrow();
  });
});
