import { describe, expect, it } from 'vitest';
import type { Params } from '../../../src/model/grid/params.ts';
import { cnn1d } from '../../../src/programs/cnn1d/description.ts';
import { programs } from '../../../src/programs/registry.ts';
import published from './fixtures/published.json' with { type: 'json' };

const words = Array.from({ length: published.words }, (_, index) => `word-${index}`);

describe('the description of cnn1d', () => {
  it('is found under its name', () => {
    expect(programs['cnn1d']).toBe(cnn1d);
  });

  it.each(published.rows)(
    'counts $family with $startChannels channels and $layers layers as published',
    ({ published: count, ofTheModel, ...params }) => {
      expect(cnn1d.countParameters(completed(params), { words })).toBe(ofTheModel ?? count);
    },
  );

  it('fills in what a family decides, so that two spellings are one network', () => {
    const short = completed({ family: 'custom-k5' });
    expect(short).toMatchObject({
      layers: 8,
      startChannels: 32,
      kernel: 5,
      pool: 3,
      growth: 4,
      dropout: 0.5,
    });
    expect(completed({ kernel: 5, growth: 4, layers: 8 })).toEqual(short);
    expect(completed(short)).toEqual(short);
  });

  it('builds any other network by kernel, pool and growth', () => {
    const count = (params: Params) => cnn1d.countParameters(completed(params), { words: ['a', 'b'] });
    // 16,000 / 4 = 4,000 steps of 6 channels reach the dense layer.
    const dense = 4000 * 6 * 2 + 2;
    expect(count({ layers: 2, startChannels: 3, kernel: 7, pool: 4, growth: 1 })).toBe(
      7 * 3 + 3 + 7 * 3 * 6 + 6 + dense,
    );
  });

  it.each([
    ['custom-k5', 10, 9],
    ['only-conv-k25', 6, 5],
    ['base', 12, 5],
    ['vgg-k3', 20, 18],
  ])('refuses %s with %i layers and names the deepest, %i', (family, layers, deepest) => {
    const [issue, ...others] = refused({ family, layers });
    expect(issue?.parameter).toBe('layers');
    expect(issue?.message).toMatch(new RegExp(`^${layers} layers leave nothing .* has at most ${deepest}$`));
    expect(others).toEqual([]);
    expect(cnn1d.complete({ family, layers: deepest }).kind).toBe('complete');
  });

  it('says everything that is wrong at once, what is wrong together included', () => {
    const issues = refused({
      dropout: 1,
      layers: 12,
      denseLayers: 1,
      epochs: 0,
      batchNorm: 'yes',
      lerningRate: 1,
    });
    expect(issues).toContainEqual({ parameter: 'dropout', message: '1 is not in [0, 1)' });
    expect(issues).toContainEqual({
      parameter: 'epochs',
      message: '0 is not a whole number from 1 to 100000',
    });
    expect(issues).toContainEqual({ parameter: 'batchNorm', message: '"yes" is not true or false' });
    expect(issues).toContainEqual({ parameter: 'lerningRate', message: 'is no parameter of cnn1d' });
    expect(issues.map(({ parameter }) => parameter)).toEqual(
      expect.arrayContaining(['layers', 'denseLayers']),
    );
    expect(issues).toHaveLength(6);
  });

  it.each([
    [{ family: 'vgg-k3', layers: 3 }, 'layers', '3 is odd; vgg-k3 has its convolutions in pairs'],
    [{ family: 'resnet' }, 'family', /^"resnet" is not one of base, only-conv-k25, /],
    [{ denseLayers: 1 }, 'denseLayers', 'only the family base has dense layers, custom-k5 has none'],
    [{ engine: 'tpu' }, 'engine', '"tpu" is not one of auto, wasm, native, gpu'],
    [{ engine: 'tpu' }, 'engine', '"tpu" is not one of auto, wasm, native, gpu'],
    [{ learningRate: 0 }, 'learningRate', '0 is not above 0 and at most 1'],
    [{ layers: 2.5 }, 'layers', '2.5 is not a whole number from 1 to 64'],
    [{ layers: 40, growth: 1, pool: 2, kernel: 1 }, 'layers', /more than 65,536 channels/],
  ] as const)('refuses %j', (params, parameter, message) => {
    expect(refused(params)).toEqual([{ parameter, message: expect.stringMatching(message) }]);
  });

  it('asks for a GPU where the host has one, under auto, once the engine for it is installed', () => {
    const estimate = (params: Params, engines: readonly string[]) =>
      cnn1d.estimate(completed(params), { words }, engines);
    expect(estimate({}, ['native', 'gpu'])).toMatchObject({ gpus: null, gpuMemoryBytes: expect.any(Number) });
    expect(estimate({}, ['native'])).toMatchObject({ gpus: 0, gpuMemoryBytes: null });
    for (const engine of ['native', 'wasm'])
      expect(estimate({ engine }, ['native', 'gpu'])).toMatchObject({ gpus: 0, gpuMemoryBytes: null });
    expect(estimate({ engine: 'gpu' }, [])).toMatchObject({ gpus: 1 });
  });

  it('estimates more for what is larger', () => {
    const estimate = (params: Params) => cnn1d.estimate(completed(params), { words }, []);
    const small = estimate({ startChannels: 8, batchSize: 8 });
    expect(small).toMatchObject({ cpus: 1, gpus: 0, gpuMemoryBytes: null });
    expect(estimate({ engine: 'gpu' })).toMatchObject({ gpus: 1, gpuMemoryBytes: expect.any(Number) });
    expect(estimate({}).hostMemoryBytes).toBeGreaterThan(estimate({ engine: 'wasm' }).hostMemoryBytes ?? 0);
    for (const larger of [
      { startChannels: 64, batchSize: 8 },
      { startChannels: 8, batchSize: 64 },
    ])
      expect(estimate(larger).hostMemoryBytes).toBeGreaterThan(small.hostMemoryBytes ?? 0);
    const operations = (params: Params) => cnn1d.operations(completed(params), { words });
    expect(operations({ epochs: 20 })).toBe(2 * operations({ epochs: 10 }));
    expect(operations({ startChannels: 64 })).toBeGreaterThan(3 * operations({ startChannels: 32 }));
  });
});

function completed(params: Params): Params {
  const result = cnn1d.complete(params);
  if (result.kind === 'complete') return result.params;
  throw new Error(JSON.stringify(result.issues));
}

function refused(params: Params) {
  const result = cnn1d.complete(params);
  return result.kind === 'refused' ? result.issues : [];
}
