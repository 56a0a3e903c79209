import { describe, expect, it } from 'vitest';
import { LabOnAClock } from '../lab-on-a-clock.ts';
import { pointOf } from '../world.ts';

const trials = 200;

/** 14 hosts of 8 slots, each ready 50 ms after the one before it. */
function shares(seconds: number): number[] {
  const lab = new LabOnAClock(
    Array.from({ length: 14 }, (_, index) => ({
      name: `host${index + 1}`,
      slots: 8,
      speed: 1,
      readyAfter: index * 0.05,
    })),
  );
  lab.declare(Array.from({ length: trials }, (_, x) => pointOf(x, { params: { x, seconds } })));
  lab.untilRest(60);
  return Object.values(lab.shares());
}

describe('200 short trials over 14 hosts that come one after the other', () => {
  it.each([0.001, 0.2])('of %f s each are shared evenly, the last to come included', (seconds) => {
    const each = shares(seconds);
    expect(each.reduce((sum, share) => sum + share, 0)).toBe(trials);
    expect(Math.min(...each)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...each)).toBeLessThanOrEqual(15);
  });
});

describe('a host that never comes', () => {
  it('costs the others no more than 3 s', () => {
    const lab = new LabOnAClock([
      { name: 'cedar', slots: 8, speed: 1 },
      { name: 'maple', slots: 8, speed: 1, readyAfter: 10_000 },
    ]);
    lab.declare(Array.from({ length: trials }, (_, x) => pointOf(x, { params: { x, seconds: 0.001 } })));
    expect(lab.untilRest(60)).toBeLessThan(5);
    expect(lab.shares()).toEqual({ cedar: trials, maple: 0 });
  });
});
