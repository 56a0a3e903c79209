/** `first-steps.ts ENGINE FOLDER BATCHNORM`: the losses of five steps, as JSON. A process holds one engine. */
import process from 'node:process';
import { architectureOf } from '../../../../src/programs/cnn1d/architecture.ts';
import { openEngine } from '../../../../src/programs/cnn1d/engine/open-engine.ts';
import { initialState, parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';
import { readParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { randomFrom } from '../../../../src/programs/cnn1d/random.ts';

const [name, native = '', batchNorm] = process.argv.slice(2);
const count = 8;
const engine = await openEngine(name === 'native' ? 'native' : 'wasm', {
  engines: { native },
  hasGpu: false,
  say: () => {},
});
const params = readParams({ layers: 6, startChannels: 8, dropout: 0.5, batchNorm: batchNorm === 'true' });
const network = architectureOf(params, count);
if (network === null) throw new Error('the network does not fit the clip');
const random = randomFrom(1, 'noise');
const draw = (size: number, of: () => number): Float32Array => Float32Array.from({ length: size }, of);
const batch = {
  count,
  samples: draw(count * network.samples, () => random.unit() - 0.5),
  labels: Uint16Array.from({ length: count }, (_, clip) => clip),
  masks: network.dense.map(({ inputs }) => draw(count * inputs, () => (random.unit() < 0.5 ? 0 : 2))),
};
const trained = engine.network(network, initialState(parameterLayout(network), randomFrom(1, 'weights')));
const losses = Array.from({ length: 5 }, () => trained.train(batch, 0.001).loss);
process.stdout.write(JSON.stringify(losses));
