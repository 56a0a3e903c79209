import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Architecture, architectureOf } from '../../../../src/programs/cnn1d/architecture.ts';
import { softmax } from '../../../../src/programs/cnn1d/engine/cross-entropy.ts';
import type { Engine } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { nativeEngine } from '../../../../src/programs/cnn1d/engine/native/native-engine.ts';
import { initialState, parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';
import { readParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { randomFrom } from '../../../../src/programs/cnn1d/random.ts';
import { layersModel } from '../../../../src/programs/cnn1d/training/layers-model.ts';
import { enginesCanBeMade, madeEngine } from '../engine/made-engine.ts';

/** As a person loads it: with the layers of TensorFlow.js, of which ours knows nothing. */
interface Layers {
  loadLayersModel(path: string): Promise<{
    predict(input: object): { data(): Promise<Float32Array> };
  }>;
  tensor3d(numbers: Float32Array, shape: readonly number[]): object;
}

const networks = [
  { family: 'custom-k5', layers: 8, startChannels: 4, batchNorm: true },
  { family: 'only-conv-k5', layers: 4, batchNorm: true },
  { family: 'base', layers: 4, denseLayers: 2, batchNorm: false },
  { family: 'vgg-k3', layers: 6, startChannels: 4, batchNorm: true },
] as const;

describe.skipIf(!enginesCanBeMade())('the model of the layers of TensorFlow.js', () => {
  let engine: Engine;
  let tf: Layers;
  let folder: string;
  beforeAll(async () => {
    const place = await madeEngine();
    engine = nativeEngine('native', place, () => {});
    tf = createRequire(join(place, 'package.json'))('@tensorflow/tfjs-node') as Layers;
    folder = mkdtempSync(join(tmpdir(), 'labsweep-model-'));
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(networks)('says of every clip what the network says: $family', async (params) => {
    const architecture = architectureOf(readParams({ ...params }), 5) as Architecture;
    const start = initialState(parameterLayout(architecture), randomFrom(3, 'weights'));
    const random = randomFrom(3, 'noise');
    const draw = (size: number): Float32Array =>
      Float32Array.from({ length: size }, () => random.unit() - 0.5);
    const batch = {
      count: 3,
      samples: draw(3 * architecture.samples),
      labels: Uint16Array.of(0, 1, 2),
      masks: null,
    };
    const network = engine.network(architecture, start);
    for (let step = 0; step < 3; step += 1) network.train(batch, 0.01);
    const logits = network.evaluate(batch);
    const { model, weights } = layersModel(architecture, network.state());
    network.dispose();
    writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
    writeFileSync(join(folder, 'weights.bin'), weights);

    const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
    const input = tf.tensor3d(batch.samples, [3, architecture.samples, 1]);
    const said = await loaded.predict(input).data();
    const expected = [0, 1, 2].flatMap((clip) => [...softmax(logits.subarray(clip * 5, clip * 5 + 5))]);
    for (const [index, probability] of expected.entries()) expect(said[index]).toBeCloseTo(probability, 4);
  });
});
