import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ceiling, type Moment, noCeiling } from '../../src/model/ceiling.ts';
import { believed, earned, isNear, learn, lower } from '../../src/throttle/ceiling.ts';

const gib = 2 ** 30;

/** Two GPUs of 250 W in a host of 64 GiB. */
const moment = (more: Partial<Moment> = {}): Moment => ({
  at: 0,
  watts: 100,
  idleWatts: 60,
  limitWatts: 500,
  celsius: 60,
  memoryBytes: 10 * gib,
  memoryTotalBytes: 64 * gib,
  running: 2,
  ...more,
});

const after = (...moments: Partial<Moment>[]): Ceiling =>
  learn(
    noCeiling,
    moments.map((more, second) => moment({ at: second * 1_000, ...more })),
    5,
  );

describe('P5: a host that went down', () => {
  it('under load bears 80 % of the power above idle', () => {
    expect(after({ watts: 360 }, { watts: 460 }, { watts: 300 })).toEqual({
      ...noCeiling,
      watts: 60 + 0.8 * 400,
      died: { at: 5, watts: 460, celsius: 60, memoryBytes: 10 * gib, running: 2 },
    });
  });

  it('is known by its last 15 s', () => {
    expect(after({ at: -15_000, watts: 460 }, { at: 0, watts: 100 }).watts).not.toBeNull();
    expect(after({ at: -16_000, watts: 460 }, { at: 0, watts: 100 })).toEqual(noCeiling);
  });

  it('went down under one alone only where one alone was all that ran in those seconds', () => {
    expect(after({ watts: 460, running: 2 }, { watts: 460, running: 1 }).died?.running).toBe(2);
    expect(after({ watts: 460, running: 1 }, { watts: 460, running: 1 }).died?.running).toBe(1);
  });

  it.each([
    ['power up to 60 % of its limits', { watts: 300 }],
    ['heat up to 84 °C', { celsius: 84 }],
    ['memory up to 85 %', { memoryBytes: 64 * gib * 0.85 }],
    ['nothing of ours', { watts: 490, running: 0 }],
    ['power of which the driver tells no limit', { watts: 490, limitWatts: null }],
  ])('with %s has learned nothing', (_, last) => {
    expect(after(last)).toEqual(noCeiling);
  });

  it('hot or full has learned that: 8 °C cooler, a tenth less', () => {
    expect(after({ celsius: 93 })).toMatchObject({ watts: null, celsius: 85, memoryBytes: null });
    expect(after({ memoryBytes: 60 * gib })).toMatchObject({ memoryBytes: 54 * gib, celsius: null });
  });

  it('without a word of what it carried has learned nothing', () => {
    expect(after()).toEqual(noCeiling);
  });

  it('above what it had borne for a while bears no more than that', () => {
    const before = { ...noCeiling, borneWatts: 340 };
    expect(learn(before, [moment({ watts: 460 })], 5).watts).toBe(340);
    // From less than half the power has leapt: what the host bears may lie anywhere between, and 80 % be too much.
    expect(learn({ ...noCeiling, borneWatts: 200 }, [moment({ watts: 460 })], 5).watts).toBe(340);
    // What it has borne may be little, since nobody asked for more.
    expect(learn({ ...noCeiling, borneWatts: 100 }, [moment({ watts: 460 })], 5).watts).toBe(380);
  });

  it('again bears less than before, and never more', () => {
    const once = after({ watts: 460 });
    expect(learn(once, [moment({ watts: 370 })], 9).watts).toBeCloseTo(60 + 0.8 * 310);
    expect(learn({ ...once, watts: 200 }, [moment({ watts: 460 })], 9).watts).toBe(200);
  });
});

describe('P5: a ceiling', () => {
  const ceiling = after({ watts: 460 });

  it('rises by 1 % after 25 full trials near it, and never to what the host went down under', () => {
    let now = ceiling;
    for (let trial = 0; trial < 24; trial += 1) now = earned(now);
    expect(now.watts).toBe(380);
    now = earned(now);
    expect(now.watts).toBeCloseTo(383.8);
    for (let trial = 0; trial < 10_000; trial += 1) now = earned(now);
    expect(now.watts).toBeLessThanOrEqual(460 * 0.9);
    expect(earned(noCeiling)).toBe(noCeiling);
  });

  it('is near at nine tenths of it', () => {
    expect([isNear(342, ceiling), isNear(341, ceiling), isNear(900, noCeiling)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('of another account is believed down to what its own crash would have taught at the least', () => {
    const malice = { watts: 1, celsius: 1, memoryBytes: 1 };
    expect(believed(malice, moment())).toEqual({
      watts: 240,
      celsius: 76,
      memoryBytes: 64 * gib * 0.85 * 0.9,
    });
    expect(believed({ watts: 390, celsius: 85, memoryBytes: null }, moment())).toEqual({
      watts: 390,
      celsius: 85,
      memoryBytes: null,
    });
  });

  it('never rises by what is learned or heard', () => {
    const figure = fc.option(fc.nat(1_000));
    const limits = fc.record({ watts: figure, celsius: figure, memoryBytes: figure });
    fc.assert(
      fc.property(limits, limits, (one, other) => {
        const both = lower(one, other);
        for (const key of ['watts', 'celsius', 'memoryBytes'] as const)
          for (const known of [one[key], other[key]])
            if (known !== null) expect(both[key]).toBeLessThanOrEqual(known);
      }),
    );
  });
});
