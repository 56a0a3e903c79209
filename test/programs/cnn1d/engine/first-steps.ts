/** `first-steps.ts ENGINE FOLDER BATCHNORM`: the losses of five steps, as JSON. A process holds one engine. */
import process from 'node:process';
import { architectureOf } from '../../../../src/programs/cnn1d/architecture.ts';
import { readParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { noiseTraining } from './noise-training.ts';

const [name, native = '', batchNorm] = process.argv.slice(2);
const count = 8;
const params = readParams({ layers: 6, startChannels: 8, dropout: 0.5, batchNorm: batchNorm === 'true' });
const { trained, batch } = await noiseTraining(name, native, architectureOf(params, count), count);
const losses = Array.from({ length: 5 }, () => trained.train(batch, 0.001).loss);
process.stdout.write(JSON.stringify(losses));
