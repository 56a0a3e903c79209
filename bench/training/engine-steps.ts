/** `engine-steps.ts ENGINE STEPS [bn]`: seconds a step of custom-k5 on noise, and peak memory, as JSON. */
import process from 'node:process';
import { architectureOf } from '../../src/programs/cnn1d/architecture.ts';
import { initialState, parameterLayout } from '../../src/programs/cnn1d/engine/parameter-layout.ts';
import { nativeEngine } from '../../src/programs/cnn1d/engine/native/native-engine.ts';
import { wasmEngine } from '../../src/programs/cnn1d/engine/wasm/wasm-engine.ts';
import { readParams } from '../../src/programs/cnn1d/parameters.ts';
import { randomFrom } from '../../src/programs/cnn1d/random.ts';

const [name = 'wasm', steps = '10', norm] = process.argv.slice(2);
const batchNorm = norm === 'bn';
const classes = 16;
const count = 32;
const engine = name === 'wasm' ? await wasmEngine() : nativeEngine('native', name, () => {});
const params = readParams({ layers: 8, startChannels: 32, dropout: 0.5, batchNorm });
const network = architectureOf(params, classes);
if (network === null) throw new Error('the network does not fit the clip');
const trained = engine.network(network, initialState(parameterLayout(network), randomFrom(1, 'weights')));
const random = randomFrom(1, 'noise');
const draw = (size: number, of: () => number): Float32Array => Float32Array.from({ length: size }, of);
const batch = {
  count,
  samples: draw(count * network.samples, () => random.unit() - 0.5),
  labels: Uint16Array.from({ length: count }, (_, clip) => clip % classes),
  masks: network.dense.map(({ inputs }) => draw(count * inputs, () => (random.unit() < 0.5 ? 0 : 2))),
};
const seconds: number[] = [];
for (let step = 0; step < Number(steps) + 2; step += 1) {
  const began = performance.now();
  trained.train(batch, 0.001);
  seconds.push((performance.now() - began) / 1_000);
}
// The first two steps make ready what the others use.
const sorted = seconds.slice(2).toSorted((one, other) => one - other);
const peakMb = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(`${JSON.stringify({ seconds: sorted[sorted.length >> 1], peakMb })}\n`);
