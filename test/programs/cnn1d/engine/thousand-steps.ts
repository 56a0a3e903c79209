/**
 * `thousand-steps.ts ENGINE FOLDER BATCHNORM [leak]`: by how many bytes a process grows (RSS) in 1,000 steps, after a
 * warm-up and each time once garbage is collected; with `leak` it forgets the smallest signal of each step. Needs
 * --expose-gc, and a limit of V8's young generation, which else grows for minutes.
 */
import process from 'node:process';
import { architectureOf } from '../../../../src/programs/cnn1d/architecture.ts';
import { openEngine } from '../../../../src/programs/cnn1d/engine/open-engine.ts';
import { initialState, parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';
import { readParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { randomFrom } from '../../../../src/programs/cnn1d/random.ts';

const [name, native = '', batchNorm, leak] = process.argv.slice(2);
const count = 8;

const engine = await openEngine(name === 'native' ? 'native' : 'wasm', {
  engines: { native },
  hasGpu: false,
  say: () => {},
});
const params = readParams({ layers: 2, startChannels: 4, dropout: 0.5, batchNorm: batchNorm === 'true' });
const network = architectureOf(params, count, 300);
if (network === null) throw new Error('the network does not fit the clip');
const smallestSignal = count * (network.blocks.at(-1)?.convolution.outputLength ?? 0) * 4;
const random = randomFrom(1, 'noise');
const draw = (size: number, of: () => number): Float32Array => Float32Array.from({ length: size }, of);
const batch = {
  count,
  samples: draw(count * network.samples, () => random.unit() - 0.5),
  labels: Uint16Array.from({ length: count }, (_, clip) => clip),
  masks: network.dense.map(({ inputs }) => draw(count * inputs, () => (random.unit() < 0.5 ? 0 : 2))),
};
const trained = engine.network(network, initialState(parameterLayout(network), randomFrom(1, 'weights')));
const { gc } = globalThis;
if (gc === undefined) throw new Error('node --expose-gc thousand-steps.ts …');
const after: number[] = [];
const leaked: Float32Array[] = [];
for (const steps of [300, 1_000]) {
  for (let step = 0; step < steps; step += 1) {
    trained.train(batch, 0.001);
    if (leak === 'leak') leaked.push(draw(smallestSignal, () => step));
  }
  trained.evaluate(batch);
  // Tensors that V8 has let go of are freed in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  gc();
  after.push(process.memoryUsage().rss);
}
process.stdout.write(String((after[1] ?? Number.NaN) - (after[0] ?? Number.NaN)));
