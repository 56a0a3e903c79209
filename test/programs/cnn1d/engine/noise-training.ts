import type { Architecture } from '../../../../src/programs/cnn1d/architecture.ts';
import type { Network, TrainingBatch } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { openEngine } from '../../../../src/programs/cnn1d/engine/open-engine.ts';
import { initialState, parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';
import { randomFrom } from '../../../../src/programs/cnn1d/random.ts';

/** A network with its first weights on an engine, and a batch of noise that it can be trained on, a class a clip. */
export async function noiseTraining(
  name: string | undefined,
  native: string,
  network: Architecture | null,
  count: number,
): Promise<{ readonly trained: Network; readonly batch: TrainingBatch; readonly network: Architecture }> {
  if (network === null) throw new Error('the network does not fit the clip');
  const engine = await openEngine(name === 'native' ? 'native' : 'wasm', {
    engines: { native },
    hasGpu: false,
    say: () => {},
  });
  const random = randomFrom(1, 'noise');
  const draw = (size: number, of: () => number): Float32Array => Float32Array.from({ length: size }, of);
  return {
    network,
    trained: engine.network(network, initialState(parameterLayout(network), randomFrom(1, 'weights'))),
    batch: {
      count,
      samples: draw(count * network.samples, () => random.unit() - 0.5),
      labels: Uint16Array.from({ length: count }, (_, clip) => clip),
      masks: network.dense.map(({ inputs }) => draw(count * inputs, () => (random.unit() < 0.5 ? 0 : 2))),
    },
  };
}
