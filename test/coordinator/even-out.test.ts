import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import { type ClockHost, LabOnAClock } from './lab-on-a-clock.ts';
import { pointOf } from './world.ts';

const hosts = (count: number, options: Partial<ClockHost> = {}): ClockHost[] =>
  Array.from({ length: count }, (_, index) => ({ name: `host${index}`, slots: 2, speed: 1, ...options }));

const trialsOf = (seconds: readonly number[], saysOperations = true): PointDeclaration[] =>
  seconds.map((each, x) =>
    pointOf(x, { params: { x, seconds: each }, operations: saysOperations ? each * 1e9 : null }),
  );

const equal = (count: number, seconds: number): PointDeclaration[] =>
  trialsOf(Array.from({ length: count }, () => seconds));

/** No schedule is shorter: the work over all slots, or the longest trial where it is run fastest. */
function idealSeconds(lab: readonly ClockHost[], points: readonly PointDeclaration[]): number {
  const seconds = points.map(({ params }) => Number(params['seconds']));
  const speed = lab.reduce((sum, host) => sum + host.slots * host.speed, 0);
  const fastest = Math.max(...lab.map((host) => host.speed));
  return Math.max(seconds.reduce((sum, each) => sum + each, 0) / speed, Math.max(...seconds) / fastest);
}

const took = (lab: readonly ClockHost[], points: readonly PointDeclaration[]) => {
  const world = new LabOnAClock(lab);
  world.declare(points);
  const seconds = world.untilRest();
  return { world, seconds };
};

describe('hosts of different speed', () => {
  it('end a sweep within 1.1 of the ideal, one of 14 being 5 times faster', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 30, max: 300 }), { minLength: 400, maxLength: 600 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 1, max: 4 }),
        (seconds, fastest, slots) => {
          const lab = hosts(14, { slots }).map((host, index) => ({
            ...host,
            speed: index === fastest ? 5 : 1,
          }));
          const points = trialsOf(seconds);
          const { world, seconds: total } = took(lab, points);
          expect(world.ran.size).toBe(points.length);
          expect(total).toBeLessThan(1.1 * idealSeconds(lab, points));
          expect([...world.ran.values()].every((ranOn) => ranOn.length === 1)).toBe(true);
          expect(world.takenBack).toBeLessThan(points.length);
        },
      ),
      { numRuns: 6 },
    );
  });
});

describe('hosts of equal speed', () => {
  it.each([
    ['no-ops', 0.003],
    ['trials of 0.1 s', 0.1],
    ['trials of 10 min', 600],
  ])('get equal shares of 200 equal %s', (_, seconds) => {
    for (const slots of [1, 8, 64]) {
      const { world } = took(hosts(4, { slots }), equal(200, seconds));
      for (const share of Object.values(world.shares())) expect(share).toBeGreaterThanOrEqual(40);
      for (const share of Object.values(world.shares())) expect(share).toBeLessThanOrEqual(60);
    }
  });
});
