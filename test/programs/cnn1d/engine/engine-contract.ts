import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Architecture,
  architectureOf,
  type NetworkParams,
} from '../../../../src/programs/cnn1d/architecture.ts';
import type { Engine, NetworkState, TrainingBatch } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { crossEntropy } from '../../../../src/programs/cnn1d/engine/cross-entropy.ts';
import { initialState, parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';
import { randomFrom } from '../../../../src/programs/cnn1d/random.ts';
import { numericalGradient } from './reference-network.ts';

const classes = 3;
const small = { family: 'custom-k5', startChannels: 3, kernel: 5, pool: 3, growth: 1, dropout: 0 } as const;

/** Small networks that have every kind of layer, padding and pooling between them. */
const networks: Record<string, { params: NetworkParams; samples: number }> = {
  'same convolutions, floored pooling between': {
    params: { ...small, layers: 3, batchNorm: false },
    samples: 50,
  },
  'the same with BN': { params: { ...small, layers: 3, batchNorm: true }, samples: 50 },
  'valid convolutions, ceiled pooling, an even window, BN': {
    params: { ...small, family: 'only-conv-k5', kernel: 4, pool: 4, layers: 2, batchNorm: true },
    samples: 61,
  },
  'pooling between pairs': {
    params: {
      ...small,
      family: 'vgg-k3',
      startChannels: 2,
      kernel: 3,
      growth: 2,
      layers: 4,
      batchNorm: true,
    },
    samples: 27,
  },
  'an even kernel with same padding': {
    params: { ...small, kernel: 4, layers: 2, batchNorm: false },
    samples: 40,
  },
};

/** What every engine has to hold. Run by each engine's own test file. */
export function engineContract(name: string, open: () => Promise<Engine>): void {
  describe(`engine ${name}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
    });

    it.each(Object.entries(networks))(
      'has the numerical gradient of every parameter: %s',
      (_, { params, samples }) => {
        const network = build(params, samples);
        const state = unevenState(network, 5);
        const batch = noise(network, 4, 'gradient', null);
        expectGradient(engine, network, state, batch);
      },
    );

    it('has the numerical gradient under dropout and hidden dense layers', () => {
      const full = build({ ...small, layers: 2, batchNorm: false }, 30);
      const inputs = full.dense[0]?.inputs ?? 0;
      const dense = [
        { inputs, units: 7 },
        { inputs: 7, units: 5 },
        { inputs: 5, units: classes },
      ];
      const network = { ...full, dense };
      expectGradient(engine, network, unevenState(network, 9), noise(network, 5, 'masks', 0.4));
    });

    it('sends the gradient of a tie to one place: constant stretches of digital silence', () => {
      const network = build({ ...small, layers: 2, batchNorm: true }, 45);
      const state = unevenState(network, 3);
      const batch = noise(network, 4, 'ties', null);
      for (let clip = 0; clip < 4; clip++) batch.samples.fill(0, clip * 45 + 15, (clip + 1) * 45);
      expectGradient(engine, network, state, batch);
    });

    it.each([false, true])('learns a batch by heart, batchNorm %s', (batchNorm) => {
      const network = build({ ...small, startChannels: 8, layers: 3, batchNorm }, 200);
      const batch = noise(network, 12, 'overfit', null);
      const trained = engine.network(
        network,
        initialState(parameterLayout(network), randomFrom(1, 'weights')),
      );
      let outcome = trained.train(batch, 0.01);
      for (let step = 0; step < 150; step++) outcome = trained.train(batch, 0.01);
      expect(outcome.loss).toBeLessThan(0.01);
      expect(outcome.correct).toBe(12);
      trained.dispose();
    });

    it('evaluates with the moving statistics, which begin as those of the first batch', () => {
      const network = build({ ...small, layers: 3, batchNorm: true }, 60);
      const batch = noise(network, 6, 'moving', null);
      const state = unevenState(network, 6);
      const trained = engine.network(network, state);
      const before = trained.evaluate(batch);
      // A step of no length moves nothing but the statistics.
      const { loss } = trained.train(batch, 0);
      expect(trained.state().parameters).toEqual(state.parameters);
      const after = trained.evaluate(batch);
      expect(after).not.toEqual(before);
      expect(crossEntropy(after, batch.labels, batch.count).loss).toBeCloseTo(loss, 4);
      trained.restore(state);
      expect(trained.evaluate(batch)).toEqual(before);
      trained.dispose();
    });

    it('evaluates a clip alike in whatever batch it comes', () => {
      const network = build({ ...small, layers: 3, batchNorm: true }, 60);
      const batch = noise(network, 6, 'alike', null);
      const trained = engine.network(network, unevenState(network, 4));
      const together = trained.evaluate(batch);
      const alone = trained.evaluate({ ...batch, count: 1, samples: batch.samples.slice(0, 60) });
      for (const [index, logit] of alone.entries())
        expect(logit).toBeCloseTo(together[index] ?? Number.NaN, 4);
      trained.dispose();
    });

    it('goes on from a saved state bit for bit', () => {
      const network = build({ ...small, layers: 3, batchNorm: true }, 100);
      const batch = noise(network, 8, 'resume', 0.5);
      const first = engine.network(network, initialState(parameterLayout(network), randomFrom(2, 'weights')));
      for (let step = 0; step < 3; step++) first.train(batch, 0.01);
      const second = engine.network(network, first.state());
      for (let step = 0; step < 3; step++)
        expect(second.train(batch, 0.01)).toEqual(first.train(batch, 0.01));
      expect(second.state()).toEqual(first.state());
      first.dispose();
      second.dispose();
    });

    it('reports a loss that is no number and leaves the weights alone', () => {
      const network = build({ ...small, layers: 2, batchNorm: false }, 30);
      const state = initialState(parameterLayout(network), randomFrom(1, 'weights'));
      state.parameters.forEach((value, index, all) => {
        all[index] = value * 1e30;
      });
      const trained = engine.network(network, state);
      const batch = noise(network, 2, 'nan', null);
      expect(trained.train(batch, 0.01).loss).not.toSatisfy(Number.isFinite);
      expect(trained.state()).toEqual(state);
      trained.dispose();
    });

    it('holds no more tensors after a thousand steps than after one, and none once disposed of', () => {
      const network = build({ ...small, layers: 2, batchNorm: true }, 40);
      const none = engine.tensors();
      const trained = engine.network(network, unevenState(network, 1));
      const batch = noise(network, 4, 'leak', 0.5);
      trained.train(batch, 0.01);
      trained.evaluate(batch);
      const some = engine.tensors();
      for (let step = 0; step < 1_000; step++) trained.train(batch, 0.01);
      trained.evaluate(batch);
      expect(engine.tensors()).toBe(some);
      trained.dispose();
      expect(engine.tensors()).toBe(none);
    });
  });
}

function build(params: NetworkParams, samples: number): Architecture {
  const network = architectureOf(params, classes, samples);
  if (network === null) throw new Error('too deep for this test');
  return network;
}

/** Every parameter off its start, and BN's gammas of both signs. */
function unevenState(network: Architecture, seed: number): NetworkState {
  const layout = parameterLayout(network);
  const state = initialState(layout, randomFrom(seed, 'weights'));
  const random = randomFrom(seed, 'uneven');
  for (const { name, offset, size } of layout.slots)
    for (let index = offset; index < offset + size; index++) {
      const by = random.unit() - 0.5;
      if (name.endsWith('gamma')) state.parameters[index] = (index % 2 === 0 ? 1 : -1) * (0.7 + by);
      else if (!name.endsWith('filter') && !name.endsWith('weights')) state.parameters[index] = by;
    }
  return state;
}

function noise(network: Architecture, count: number, purpose: string, dropout: number | null): TrainingBatch {
  const random = randomFrom(1, purpose);
  const draw = (size: number, of: () => number) => Float32Array.from({ length: size }, of);
  return {
    count,
    samples: draw(count * network.samples, () => 2 * random.unit() - 1),
    labels: Uint16Array.from({ length: count }, (_, clip) => clip % classes),
    masks:
      dropout === null
        ? null
        : network.dense.map(({ inputs }) =>
            draw(count * inputs, () => (random.unit() < dropout ? 0 : 1 / (1 - dropout))),
          ),
  };
}

function expectGradient(
  engine: Engine,
  network: Architecture,
  state: NetworkState,
  batch: TrainingBatch,
): void {
  const trained = engine.network(network, state);
  const { gradient } = trained.gradient(batch);
  const numerical = numericalGradient(network, state.parameters, batch);
  for (const { name, offset, size } of parameterLayout(network).slots) {
    const expected = numerical.subarray(offset, offset + size);
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (gradient[offset + index] ?? Number.NaN))),
      0,
    );
    expect(worst, `gradient of ${name}`).toBeLessThan(1e-3 * largest + 2e-6);
  }
  trained.dispose();
}
