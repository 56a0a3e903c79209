import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { variedParameters } from '../../src/model/grid/axis.ts';
import { countTrials, judgeCount } from '../../src/model/grid/trial-count.ts';
import { cpuMsOf } from './cpu-time.ts';
import { commandHead, expand, pointsOf, sweepOf, toyHead } from './reading.ts';

const valuesOf = (axis: string): unknown[] =>
  pointsOf(`${commandHead}grid: {x: ${axis}}\n`).map(({ params }) => params['x']);

describe('a range', () => {
  it('counts in decimals and includes both ends', () => {
    expect(valuesOf('{from: 0, to: 1, step: 0.1}')).toEqual([
      0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]);
    expect(valuesOf('{from: 0.05, to: 0.25, step: 0.1}')).toEqual([0.05, 0.15, 0.25]);
    expect(valuesOf('{from: 1e-7, to: 3e-7, step: 1e-7}')).toEqual([1e-7, 2e-7, 3e-7]);
  });

  it('has step 1 unless it says otherwise, and may fall', () => {
    expect(valuesOf('{from: 3, to: 6}')).toEqual([3, 4, 5, 6]);
    expect(valuesOf('{from: 0.3, to: -0.1, step: -0.2}')).toEqual([0.3, 0.1, -0.1]);
    expect(valuesOf('{from: 5, to: 5}')).toEqual([5]);
  });

  it('holds the number that a person would type, for any ends and step', () => {
    const decimals = fc.record({
      digits: fc.integer({ min: 0, max: 6 }),
      from: fc.integer({ min: -5000, max: 5000 }),
      step: fc.integer({ min: 1, max: 500 }),
      count: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(decimals, ({ digits, from, step, count }) => {
        const typed = (units: number): number => Number(`${units}e-${digits}`);
        const last = from + step * (count - 1);
        const values = valuesOf(`{from: ${typed(from)}, to: ${typed(last)}, step: ${typed(step)}}`);
        expect(values).toEqual(Array.from({ length: count }, (_, index) => typed(from + index * step) + 0));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a logarithmic range', () => {
  it('has its ends as written and round values between', () => {
    expect(valuesOf('{from: 0.0001, to: 0.1, log: 4}')).toEqual([0.0001, 0.001, 0.01, 0.1]);
    expect(valuesOf('{from: 0.00001, to: 0.001, log: 5}')).toEqual([
      0.00001, 0.0000316, 0.0001, 0.000316, 0.001,
    ]);
    expect(valuesOf('{from: 1024, to: 32, log: 6}')).toEqual([1024, 512, 256, 128, 64, 32]);
  });

  it('never repeats a value, however close its ends', () => {
    const ends = fc.record({
      from: fc.double({ min: 1e-9, max: 1e6, noNaN: true }),
      ratio: fc.double({ min: 1.001, max: 1e6, noNaN: true }),
      count: fc.integer({ min: 2, max: 60 }),
    });
    fc.assert(
      fc.property(ends, ({ from, ratio, count }) => {
        const values = valuesOf(`{from: ${from}, to: ${from * ratio}, log: ${count}}`).map(Number);
        expect(new Set(values).size).toBe(count);
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a grid', () => {
  it('is expanded in the order of its axes, the first the slowest', () => {
    const points = pointsOf(`${commandHead}grid:\n  b: [x, y]\n  a: {from: 1, to: 3}\n`);
    expect(points.map(({ params }) => JSON.stringify([params['b'], params['a']]))).toEqual([
      '["x",1]',
      '["x",2]',
      '["x",3]',
      '["y",1]',
      '["y",2]',
      '["y",3]',
    ]);
    expect(points.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('without axes is one point', () => {
    expect(pointsOf(`${toyHead}fixed: {layers: 5}\n`)).toEqual([
      { index: 0, case: null, params: { layers: 5, dropout: 0.5, batchNorm: false, engine: 'auto' } },
    ]);
  });

  it('names the cases that a point is made of', () => {
    const text = `${toyHead}grid:\n  depth: {flat: {layers: 2}, deep: {layers: 9}}\n  regularisation:\n    DO(0.5)+BN: {dropout: 0.5, batchNorm: true}\n`;
    expect(pointsOf(text).map((point) => point.case)).toEqual(['flat, DO(0.5)+BN', 'deep, DO(0.5)+BN']);
    expect(variedParameters(sweepOf(text).grids)).toEqual(['layers', 'dropout', 'batchNorm']);
  });

  it('in a list shares its equal points, the defaults filled in', () => {
    const { points, merged } = expand(
      `${toyHead}grid:\n  - {layers: [3, 4], dropout: [0.5]}\n  - {layers: [4, 5]}\n`,
    );
    expect(points.map(({ params }) => params['layers'])).toEqual([3, 4, 5]);
    expect(merged).toBe(1);
  });

  it('leaves out what is excluded, with the reason, even what its program would refuse', () => {
    const { points, excluded } = expand(
      `${toyHead}grid: {layers: [3, 12], dropout: [0, 0.5]}\nexclude:\n  - {layers: 12, because: too deep}\n  - {layers: 3, dropout: [0.5, 0.9], because: known}\n`,
    );
    expect(points.map(({ params }) => params)).toEqual([
      { layers: 3, dropout: 0, batchNorm: false, engine: 'auto' },
    ]);
    expect(excluded.map(({ params, because }) => [params['layers'], params['dropout'], because])).toEqual([
      [3, 0.5, 'known'],
      [12, 0, 'too deep'],
      [12, 0.5, 'too deep'],
    ]);
  });

  it('is cut to its first points by --limit', () => {
    const points = pointsOf(`${commandHead}grid: {a: {from: 1, to: 10000000}}\n`, { limit: 3 });
    expect(points.map(({ params }) => params['a'])).toEqual([1, 2, 3]);
  });

  it('expands to no more points than were counted, each once', () => {
    const axis = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 });
    const grids = fc.array(fc.record({ a: axis, b: axis }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(grids, (list) => {
        const text = `${commandHead}grid: ${JSON.stringify(list)}\nreplicates: 2\n`;
        const { points, merged } = expand(text);
        const bound = countTrials(sweepOf(text));
        expect(points.length + merged).toBe(bound.points);
        expect(bound.trials).toBe(bound.points * 2);
        expect(new Set(points.map(({ params }) => JSON.stringify(params))).size).toBe(points.length);
      }),
      { numRuns: 100 },
    );
  });

  it('of 100,000 points is expanded in a fraction of a second', () => {
    const text = `${commandHead}grid:\n  a: {from: 1, to: 100}\n  b: {from: 1, to: 10}\n  c: {from: 1, to: 100}\n`;
    let points = 0;
    const ms = cpuMsOf(() => {
      points = pointsOf(text).length;
    });
    expect(points).toBe(100_000);
    expect(ms).toBeLessThan(2_000);
  });
});

const largeSample = (seed: number): string =>
  `${commandHead}grid: {a: {from: 1, to: 1000000}, b: {from: 1, to: 1000000}}\nsample: {points: 50, seed: ${seed}}\n`;
const smallSample = (points: number): string =>
  `${commandHead}grid: {a: {from: 1, to: 10}}\nexclude: [{a: [1, 2, 3], because: slow}]\nsample: {points: ${points}, seed: 4}\n`;

describe('a sample', () => {
  it('draws from a grid too large to expand, without replacement, in the order of the grid', () => {
    const points = pointsOf(largeSample(1));
    const names = points.map(({ params }) => Number(params['a']) * 1e6 + Number(params['b']));
    expect(new Set(names).size).toBe(50);
    expect(names).toEqual(names.toSorted((a, b) => a - b));
    expect(points.at(-1)?.index).toBe(49);
  });

  it('is the same for the same seed and another for another', () => {
    expect(pointsOf(largeSample(1))).toEqual(pointsOf(largeSample(1)));
    expect(pointsOf(largeSample(1))).not.toEqual(pointsOf(largeSample(2)));
  });

  it('is whole where some of the grid is excluded, and the grid where it asks for more', () => {
    expect(pointsOf(smallSample(7)).map(({ params }) => params['a'])).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(pointsOf(smallSample(99))).toHaveLength(7);
    expect(pointsOf(smallSample(3))).toHaveLength(3);
  });
});

describe('the number of trials', () => {
  it.each([
    [200_000, 'fine'],
    [200_001, 'needs-yes'],
    [1_000_000, 'needs-yes'],
    [1_000_001, 'too-many'],
  ])('%i is %s', (trials, kind) => {
    expect(judgeCount({ points: trials, trials }).kind).toBe(kind);
  });

  it('is said with the way on', () => {
    expect(judgeCount({ points: 100_000, trials: 300_000 })).toEqual({
      kind: 'needs-yes',
      message: '300,000 trials; if that is meant, say --yes',
    });
  });
});
