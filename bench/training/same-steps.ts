/**
 * `same-steps.ts DATA [ENGINE FOLDER]`: the very same training in labsweep and in PyTorch: the same first weights, batches
 * and dropout masks. Prints how far the losses of both lie from those of PyTorch in double precision.
 *
 * DATA is a packed data set (what `labsweep data import` names by its hash), FOLDER that of an installed engine. PyTorch is
 * that of the Python which TORCH_PYTHON names (default /usr/bin/python3: Debian's python3-torch).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { type Architecture, architectureOf } from '../../src/programs/cnn1d/architecture.ts';
import { type Dataset, readDataset } from '../../src/programs/cnn1d/dataset/read-dataset.ts';
import type { Split } from '../../src/programs/cnn1d/dataset/split.ts';
import { crossEntropy } from '../../src/programs/cnn1d/engine/cross-entropy.ts';
import type { Batch, Engine, TrainingBatch } from '../../src/programs/cnn1d/engine/engine.ts';
import { openEngine } from '../../src/programs/cnn1d/engine/open-engine.ts';
import { initialState, parameterLayout } from '../../src/programs/cnn1d/engine/parameter-layout.ts';
import { type Cnn1dParams, readParams } from '../../src/programs/cnn1d/parameters.ts';
import { randomFrom, shuffled } from '../../src/programs/cnn1d/random.ts';
import { chooseClips, loadBatch } from '../../src/programs/cnn1d/training/clips.ts';

const steps = 20;
/** Before rounding errors have grown: a step of a network with BN makes them two to ten times as large. */
const early = 5;
const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];
const outcomeSchema = z.object({ losses: z.array(z.number()), evaluated: z.number() });
type Outcome = z.infer<typeof outcomeSchema>;

/** What both are given. */
interface Job {
  readonly params: Cnn1dParams;
  readonly architecture: Architecture;
  readonly weights: ReturnType<typeof initialState>;
  readonly batches: readonly TrainingBatch[];
  readonly validation: Batch;
}

const [data = '', name = 'wasm', folder = ''] = process.argv.slice(2);
const engine = await openEngine(name === 'native' ? 'native' : 'wasm', {
  engines: { [name]: folder },
  hasGpu: false,
  say: () => {},
});
const dataset = await readDataset(data);
const rows = [false, true].flatMap((batchNorm) =>
  [0, 0.25].map((dropout) => {
    const job = jobOf(
      dataset,
      readParams({ layers: 8, startChannels: 16, batchSize: 16, dropout, batchNorm }),
    );
    const exact = inPyTorch(job, 'float64');
    return [
      `${batchNorm ? 'with' : 'without'} BN, dropout ${dropout}`,
      ...apart(inLabsweep(engine, job), exact),
      ...apart(inPyTorch(job, 'float32'), exact),
    ];
  }),
);
dataset.close();
const head = (who: string): string[] => [
  `${who}, steps 1 to ${early}`,
  `1 to ${steps}`,
  'validation after them',
];
process.stdout.write(
  [['from PyTorch in double precision', ...head(name), ...head('PyTorch')], Array(7).fill('---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join(''),
);

function jobOf(from: Dataset, params: Cnn1dParams): Job {
  const architecture = architectureOf(params, words.length);
  if (architecture === null) throw new Error('the network does not fit the clip');
  const load = (split: Split, chosen: (count: number) => Uint32Array): Batch => {
    const clips = chooseClips(from, words, split, params);
    return loadBatch(from, clips, chosen(clips.list.length), 0, null);
  };
  const [order, dropout] = [randomFrom(1, 'shuffle'), randomFrom(1, 'dropout')];
  const mask = (size: number): Float32Array =>
    Float32Array.from({ length: size }, () =>
      dropout.unit() < params.dropout ? 0 : 1 / (1 - params.dropout),
    );
  return {
    params,
    architecture,
    weights: initialState(parameterLayout(architecture), randomFrom(1, 'weights')),
    batches: Array.from({ length: steps }, () => ({
      ...load('train', (count) => shuffled(order, count).subarray(0, params.batchSize)),
      masks: architecture.dense.map(({ inputs }) => mask(inputs * params.batchSize)),
    })),
    validation: load('validation', (count) => Uint32Array.from({ length: count }, (_, index) => index)),
  };
}

function inLabsweep(on: Engine, { params, architecture, weights, batches, validation }: Job): Outcome {
  const network = on.network(architecture, weights);
  const losses = batches.map((batch) => network.train(batch, params.learningRate).loss);
  const logits = network.evaluate(validation);
  network.dispose();
  return { losses, evaluated: crossEntropy(logits, validation.labels, validation.count).loss };
}

function inPyTorch(
  { params, architecture, weights, batches, validation }: Job,
  precision: 'float32' | 'float64',
): Outcome {
  const files = mkdtempSync(join(tmpdir(), 'labsweep-same-steps-'));
  try {
    const write = (file: string, arrays: readonly (Float32Array | Uint16Array)[]): void =>
      writeFileSync(
        join(files, file),
        Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))),
      );
    const { slots } = parameterLayout(architecture);
    writeFileSync(
      join(files, 'job.json'),
      JSON.stringify({ ...params, classes: words.length, slots, precision }),
    );
    write('weights.f32', [weights.parameters]);
    write(
      'samples.f32',
      [...batches, validation].map(({ samples }) => samples),
    );
    write(
      'labels.u16',
      [...batches, validation].map(({ labels }) => labels),
    );
    write(
      'masks.f32',
      batches.flatMap(({ masks }) => masks ?? []),
    );
    const program = join(import.meta.dirname, 'torch_same_steps.py');
    const python = process.env['TORCH_PYTHON'] ?? '/usr/bin/python3';
    return outcomeSchema.parse(
      JSON.parse(execFileSync(python, [program, files, String(steps)], { encoding: 'utf8' })),
    );
  } finally {
    rmSync(files, { recursive: true });
  }
}

/** The largest differences of the losses: of the early steps, of all, and of what is evaluated behind them. */
function apart(one: Outcome, other: Outcome): string[] {
  const differences = one.losses.map((loss, step) => Math.abs(loss - (other.losses[step] ?? Number.NaN)));
  return [
    Math.max(...differences.slice(0, early)),
    Math.max(...differences),
    Math.abs(one.evaluated - other.evaluated),
  ].map((difference) => difference.toExponential(0));
}
