import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Durations,
  expectSeconds,
  observeDuration,
  slownessOf,
  unknownsOf,
} from '../../src/predict/duration.ts';

const kinds = [
  { gpuName: 'small', speed: 1 },
  { gpuName: 'middle', speed: 1.7 },
  { gpuName: 'large', speed: 3 },
] as const;

const widths = [32, 64, 128] as const;
const rates = [0.25, 0.5, 0.75] as const;

interface Point {
  readonly width: number;
  readonly rate: number;
}

/** What it takes on a small GPU: the square of the width, and a little by the rate. */
const trueSeconds = ({ width, rate }: Point): number => (width / 32) ** 2 * 100 * (1 + 0.1 * rate);

const kindOf = ({ width, rate }: Point, isCounted: boolean) => ({
  shape: `${width}-${rate}`,
  params: { width, rate },
  operations: isCounted ? width ** 2 * 1e9 : null,
});

/** The first of each kind of GPU, then each width on each of them. */
function learnt(ended: number, isCounted: boolean): Durations {
  const durations: Durations = new Map();
  for (let index = 0; index < ended; index += 1) {
    const point = pointAt(index);
    const { gpuName, speed } = kinds[index % 3] ?? kinds[0];
    const seconds = trueSeconds(point) / speed;
    const place = { host: `host${index}`, gpuName };
    observeDuration(durations, { launch: 'l', kind: kindOf(point, isCounted), place, seconds });
  }
  return durations;
}

const pointAt = (index: number): Point => ({
  width: widths[(index + Math.floor(index / 3)) % 3] ?? 32,
  rate: rates[Math.floor(index / 9) % 3] ?? 0.5,
});

const everywhere = kinds.flatMap(({ gpuName, speed }) =>
  widths.flatMap((width) => rates.map((rate) => ({ gpuName, speed, point: { width, rate } }))),
);

describe('how long a trial takes', () => {
  it('is known within 15 % after 4 trials, on any kind of GPU that was seen, where operations are counted', () => {
    const durations = learnt(4, true);
    for (const { gpuName, speed, point } of everywhere) {
      const seconds = expectSeconds(durations, 'l', kindOf(point, true)) ?? Number.NaN;
      const there = seconds * slownessOf(durations, 'l', { host: 'another', gpuName });
      expect(there / (trueSeconds(point) / speed)).toBeGreaterThan(0.85);
      expect(there / (trueSeconds(point) / speed)).toBeLessThan(1.15);
    }
  });

  it('is learned by the point where nobody counts', () => {
    const durations = learnt(60, false);
    for (const { gpuName, speed, point } of everywhere) {
      const seconds = expectSeconds(durations, 'l', kindOf(point, false)) ?? Number.NaN;
      const there = seconds * slownessOf(durations, 'l', { host: 'another', gpuName });
      expect(Math.abs(Math.log(there / (trueSeconds(point) / speed)))).toBeLessThan(0.15);
    }
  });

  it('is not known of a program of which nothing has ended', () => {
    expect(expectSeconds(new Map(), 'l', kindOf({ width: 32, rate: 0.5 }, true))).toBeNull();
    expect(slownessOf(new Map(), 'l', { host: 'a', gpuName: null })).toBe(1);
  });

  it('is a number, whatever was seen', () => {
    const seen = fc.record({
      width: fc.constantFrom(...widths),
      host: fc.integer({ min: 1, max: 3 }),
      seconds: fc.double({ min: 0, max: 1e7, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 60 }), (all) => {
        const durations: Durations = new Map();
        for (const { width, host, seconds } of all) {
          const place = { host: `host${host}`, gpuName: null };
          const kind = kindOf({ width, rate: 0.5 }, false);
          observeDuration(durations, { launch: 'l', kind, place, seconds });
        }
        const expected = expectSeconds(durations, 'l', kindOf({ width: 32, rate: 0.5 }, false));
        expect(expected).toBeGreaterThan(0);
        expect(expected).toBeLessThan(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('says nothing of a host where trials are over at once', () => {
    const durations: Durations = new Map();
    const kind = kindOf({ width: 32, rate: 0.5 }, false);
    for (const [host, seconds] of [
      ['slow', 0.06],
      ['fast', 0.03],
    ] as const)
      observeDuration(durations, { launch: 'l', kind, place: { host, gpuName: null }, seconds });
    const [slow, fast] = ['slow', 'fast'].map((host) => slownessOf(durations, 'l', { host, gpuName: null }));
    expect((slow ?? 0) / (fast ?? 1)).toBeLessThan(1.1);
  });
});

describe('what is not known of how long a trial takes', () => {
  const place = { host: 'host0', gpuName: 'small' };
  const doubts = (durations: Durations, point: Point, where = place): Record<string, number> =>
    Object.fromEntries(
      unknownsOf(durations, 'l', kindOf(point, false), where).map(({ trait, doubt }) => [trait, doubt]),
    );
  /** Of these widths, each so many times as long as the one before. */
  const after = (ended: readonly number[], factor: number): Durations => {
    const durations: Durations = new Map();
    for (const [index, width] of ended.entries()) {
      const kind = kindOf({ width, rate: 0.5 }, false);
      observeDuration(durations, { launch: 'l', kind, place, seconds: 100 * factor ** index });
    }
    return durations;
  };

  it('is nothing where its values and its place were seen, whichever points had them', () => {
    expect(doubts(learnt(9, false), { width: 32, rate: 0.25 })).toEqual({});
  });

  it('is each value, kind of GPU and host that none had which has ended', () => {
    const unknown = doubts(after([32], 1), { width: 128, rate: 0.25 }, { host: 'host9', gpuName: 'large' });
    expect(Object.keys(unknown)).toEqual(['width 128', 'rate 0.25', 'gpu large', 'host host9']);
    expect(unknown['width 128']).toBeCloseTo(0.7);
    expect(unknown['host host9']).toBeLessThan(unknown['gpu large'] ?? 0);
  });

  it('is the less the more of its like differ by nothing, and more where they differ by much', () => {
    const unseen = { width: 512, rate: 0.5 };
    const one = doubts(after([32], 1), unseen)['width 512'] ?? 0;
    const equal = doubts(after([32, 64, 128, 256], 1), unseen)['width 512'] ?? 0;
    const steep = doubts(after([32, 64, 128, 256], 4), unseen)['width 512'] ?? 0;
    expect(equal).toBeLessThan(one / 2);
    expect(steep).toBeGreaterThan(one);
  });

  it('is something also where a program counts its operations', () => {
    const durations: Durations = new Map();
    const seen = { launch: 'l', kind: kindOf({ width: 32, rate: 0.5 }, true), place, seconds: 100 };
    observeDuration(durations, seen);
    const [unknown] = unknownsOf(durations, 'l', kindOf({ width: 128, rate: 0.5 }, true), place);
    expect(unknown?.trait).toBe('width 128');
    expect(Math.exp(2 * (unknown?.doubt ?? 0))).toBeGreaterThan(1.8);
  });
});
