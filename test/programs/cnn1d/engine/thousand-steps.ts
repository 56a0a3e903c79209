/**
 * `thousand-steps.ts ENGINE FOLDER BATCHNORM [leak]`: by how many bytes a process grows (RSS) in 1,000 steps, after a
 * warm-up and each time once garbage is collected: by the least of three spans, since a leak grows in each, and what a
 * runtime makes for itself in one. With `leak` it forgets the smallest signal of each step. Needs
 * --expose-gc, and a limit of V8's young generation, which else grows for minutes.
 */
import process from 'node:process';
import { architectureOf } from '../../../../src/programs/cnn1d/architecture.ts';
import { readParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { noiseTraining } from './noise-training.ts';

const [name, native = '', batchNorm, leak] = process.argv.slice(2);
const count = 8;
const spans = 3;
const stepsOfSpan = 500;

const params = readParams({ layers: 2, startChannels: 4, dropout: 0.5, batchNorm: batchNorm === 'true' });
const { trained, batch, network } = await noiseTraining(
  name,
  native,
  architectureOf(params, count, 300),
  count,
);
const smallestSignal = count * (network.blocks.at(-1)?.convolution.outputLength ?? 0) * 4;
const { gc } = globalThis;
if (gc === undefined) throw new Error('node --expose-gc thousand-steps.ts …');
const after: number[] = [];
const leaked: Float32Array[] = [];
for (let span = 0; span <= spans; span += 1) {
  for (let step = 0; step < stepsOfSpan; step += 1) {
    trained.train(batch, 0.001);
    if (leak === 'leak') leaked.push(new Float32Array(smallestSignal).fill(step));
  }
  trained.evaluate(batch);
  // Tensors that V8 has let go of are freed in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  gc();
  after.push(process.memoryUsage().rss);
}
const grown = after.slice(1).map((bytes, span) => bytes - (after[span] ?? Number.NaN));
process.stdout.write(String(Math.min(...grown) * (1_000 / stepsOfSpan)));
