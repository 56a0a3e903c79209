/**
 * `engine-share.ts ENGINE DATA`: how much of a training's time is spent in the engine, as JSON. One epoch of custom-k5, 8
 * layers, start 32, on a packed data set; the rest is reading, shuffling, masks, reports and checkpoints.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { readDataset } from '../../src/programs/cnn1d/dataset/read-dataset.ts';
import type { Engine, Network } from '../../src/programs/cnn1d/engine/engine.ts';
import { nativeEngine } from '../../src/programs/cnn1d/engine/native/native-engine.ts';
import { wasmEngine } from '../../src/programs/cnn1d/engine/wasm/wasm-engine.ts';
import { readParams } from '../../src/programs/cnn1d/parameters.ts';
import { CheckpointFile } from '../../src/programs/cnn1d/training/checkpoint.ts';
import { train } from '../../src/programs/cnn1d/training/train.ts';

const [name = 'wasm', data = ''] = process.argv.slice(2);
let inEngineMs = 0;
const timed = <Result>(act: () => Result): Result => {
  const began = performance.now();
  try {
    return act();
  } finally {
    inEngineMs += performance.now() - began;
  }
};

const engine = name === 'wasm' ? await wasmEngine() : nativeEngine('native', name, () => {});
const watched: Engine = {
  ...engine,
  network: (architecture, state) => {
    const network = engine.network(architecture, state);
    return {
      train: (batch, rate) => timed(() => network.train(batch, rate)),
      gradient: (batch) => network.gradient(batch),
      evaluate: (batch) => timed(() => network.evaluate(batch)),
      state: () => network.state(),
      restore: (state) => network.restore(state),
      dispose: () => network.dispose(),
    } satisfies Network;
  },
};
const dataset = await readDataset(data);
const folder = mkdtempSync(join(tmpdir(), 'labsweep-share-'));
const began = performance.now();
await train({
  params: readParams({ layers: 8, startChannels: 32, epochs: 2, batchSize: 32 }),
  seed: 1,
  words: dataset.words.slice(0, 10),
  dataset,
  engine: watched,
  report: () => {},
  checkpoints: new CheckpointFile(folder, 'bench'),
  isStopped: () => false,
  nowMs: () => performance.now(),
  peakMemoryMb: () => 0,
});
const share = inEngineMs / (performance.now() - began);
dataset.close();
rmSync(folder, { recursive: true });
process.stdout.write(`${JSON.stringify({ share })}\n`);
