import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalParams } from '../../src/model/grid/canonical.ts';
import { type Common, identify, launchIdOf, shapeOf, trialIdOf } from '../../src/model/grid/identity.ts';
import { contentHash } from '../../src/model/ids.ts';
import type { Params } from '../../src/model/grid/params.ts';
import { trialsOf } from '../../src/model/grid/trials.ts';
import { cpuMsOf } from './cpu-time.ts';
import { pointsOf, toyHead } from './reading.ts';
import { plainLaunch } from '../plain-launch.ts';

const common: Common = {
  program: { kind: 'builtin', name: 'toy', version: 1 },
  data: { hash: contentHash('a'.repeat(64)), words: ['yes', 'no'] },
  provenance: ['engine'],
};
const trial = { ...common, params: { layers: 3, dropout: 0.5 }, seed: 1 };

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/).filter((text) => text !== '__proto__');
const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean());
const anyParams: fc.Arbitrary<Params> = fc.dictionary(name, value, { noNullPrototype: true });

describe('P3 the identity of a trial is its content', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(anyParams, fc.integer(), (params, seed) => {
        const reversed = Object.fromEntries(Object.entries(params).reverse());
        expect(trialIdOf({ ...common, params: reversed, seed })).toBe(trialIdOf({ ...common, params, seed }));
      }),
    );
  });

  it('changes with each part of it', () => {
    const others = [
      trial,
      { ...trial, seed: 2 },
      { ...trial, params: { layers: 4, dropout: 0.5 } },
      { ...trial, params: { layers: 3, dropout: '0.5' } },
      { ...trial, data: null },
      { ...trial, data: { hash: contentHash('a'.repeat(64)), words: ['no', 'yes'] } },
      { ...trial, data: { name: 'sc', version: '1' } },
      { ...trial, program: { kind: 'builtin', name: 'toy', version: 2 } as const },
    ];
    expect(new Set(others.map(trialIdOf)).size).toBe(others.length);
  });

  it('does not change with what is only kept with the result', () => {
    const params = { ...trial.params, engine: 'wasm' };
    expect(trialIdOf({ ...trial, params })).toBe(trialIdOf(trial));
    expect(identify(common)(params, [1])).toEqual(identify(common)(trial.params, [1]));
  });

  it('is the same in every version of labsweep: results are found again by it', () => {
    expect(canonicalJson({ b: [1e21, 0.1, 'é\n'], a: { d: null, c: true } })).toBe(
      '{"a":{"c":true,"d":null},"b":[1e+21,0.1,"é\\n"]}',
    );
    expect(trialIdOf(trial)).toBe('698d0de510fa525ce216c83c6a6cf6e7');
    expect(shapeOf(trial)).toBe('5583f70147380bc8d5a9ba625486e1c4');
  });

  it('has one hash, however long its parameters', () => {
    const params = { note: 'é'.repeat(5000) };
    expect(identify(common)(params, [1]).trials).toEqual([trialIdOf({ ...common, params, seed: 1 })]);
  });

  it('has one hash, whether trials are named one by one or by the point', () => {
    fc.assert(
      fc.property(anyParams, fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 4 }), (params, seeds) => {
        expect(canonicalParams(params)).toBe(canonicalJson(params));
        expect(identify(common)(params, seeds)).toEqual({
          shape: shapeOf({ ...common, params }),
          trials: seeds.map((seed) => trialIdOf({ ...common, params, seed })),
        });
      }),
    );
  });
});

describe('the trials of a sweep', () => {
  it('come replicate by replicate, point by point', () => {
    const points = pointsOf(`${toyHead}grid: {layers: [3, 4]}\n`);
    const trials = trialsOf(points, [7, 9], common);
    expect(trials.map(({ point, replicate, seed }) => [point, replicate, seed])).toEqual([
      [0, 1, 7],
      [0, 2, 9],
      [1, 1, 7],
      [1, 2, 9],
    ]);
    expect(new Set(trials.map((one) => one.trial)).size).toBe(4);
    expect(new Set(trials.map(({ shape }) => shape)).size).toBe(2);
  });

  it('keep their ids when replicates are added', () => {
    const points = pointsOf(`${toyHead}grid: {layers: [3, 4]}\n`);
    const few = trialsOf(points, [1], common).map((one) => one.trial);
    const many = trialsOf(points, [1, 2, 3], common).map((one) => one.trial);
    expect(many.filter((id) => few.includes(id))).toEqual(few);
  });

  it('100,000 of them are named in little time', () => {
    const points = Array.from({ length: 100_000 }, (_, index) => ({
      index,
      case: null,
      params: {
        layers: index,
        dropout: 0.5,
        batchNorm: false,
        startChannels: 32,
        epochs: 100,
        learningRate: 0.001,
      },
    }));
    let trials = 0;
    const ms = cpuMsOf(() => {
      trials = trialsOf(points, [1], common).length;
    });
    expect(trials).toBe(100_000);
    expect(ms).toBeLessThan(3_000);
  });
});

describe('the id of a launch', () => {
  const launch = plainLaunch(['train'], { env: { B: '1', A: '2' } });
  it('is its content, whatever the order of its keys', () => {
    expect(launchIdOf({ ...launch, env: { A: '2', B: '1' } })).toBe(launchIdOf(launch));
    expect(launchIdOf({ ...launch, timeoutMs: 5 })).not.toBe(launchIdOf(launch));
    expect(launchIdOf(launch)).toMatch(/^[0-9a-f]{32}$/);
  });
});
