import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Places } from '../../../src/coordinator/scheduler/places.ts';

describe('the places of a host', () => {
  it('are taken one after the other, each by the next trial', () => {
    const places = new Places(2, 0);
    places.add(10, 1);
    expect(places.freeIn).toBe(0);
    places.add(30, 1);
    expect(places.freeIn).toBe(10);
    places.add(5, 1);
    expect([places.freeIn, places.endsIn, places.load]).toEqual([15, 30, 22.5]);
  });

  it('are shared by what runs on one device', () => {
    const places = new Places(2, 0);
    places.occupy('GPU-a', 100, 0.5);
    places.occupy('GPU-a', 60, 0.5);
    expect([places.freeIn, places.endsIn]).toEqual([0, 80]);
    places.occupy('GPU-b', 40, 1);
    expect(places.freeIn).toBe(40);
  });

  it('hold what was added and not taken away', () => {
    const trial = fc.record({
      seconds: fc.integer({ min: 0, max: 100 }),
      share: fc.constantFrom(0.5, 1),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(trial), (count, trials) => {
        const places = new Places(count, 0);
        for (const { seconds, share } of trials) places.add(seconds, share);
        const sum = trials.reduce((all, { seconds, share }) => all + seconds * share, 0);
        expect(places.load * count).toBeCloseTo(sum, 6);
        expect(places.freeIn).toBeLessThanOrEqual(places.load + 1e-9);
        expect(places.endsIn).toBeGreaterThanOrEqual(places.load - 1e-9);
        places.spread(count * 7);
        expect(places.load * count).toBeCloseTo(sum + count * 7, 6);
      }),
    );
  });
});
