import { join } from 'node:path';
import { importDataset } from '../../../../src/programs/cnn1d/dataset/import-dataset.ts';
import type { Cnn1dParams } from '../../../../src/programs/cnn1d/parameters.ts';
import { complete } from '../../../../src/programs/cnn1d/parameters.ts';
import type { Params } from '../../../../src/model/grid/params.ts';
import { type Files, temporaryFolder, tone, writeFolder } from '../dataset/speech-folder.ts';

const takes = { train: 6, validation: 3, test: 2 } as const;

/** A packed data set of two "words", low and high tones; some high ones are shorter than a second. */
export async function packTones(): Promise<string> {
  const files: Record<string, Uint8Array | string> = {};
  const lists = { train: [] as string[], validation: [] as string[], test: [] as string[] };
  for (const [word, hertz] of [
    ['low', 150],
    ['high', 900],
  ] as const)
    for (const split of ['train', 'validation', 'test'] as const)
      for (let take = 0; take < takes[split]; take++) {
        const path = `${word}/${split}${take}_nohash_0.wav`;
        files[path] = tone(hertz * (1 + take / 20), word === 'high' && take === 1 ? 12_000 : 16_000);
        lists[split].push(path);
      }
  files['validation_list.txt'] = lists.validation.join('\n');
  files['testing_list.txt'] = lists.test.join('\n');
  const source = await writeFolder(join(await temporaryFolder(), 'tones'), files satisfies Files);
  return (await importDataset({ source, into: await temporaryFolder() })).folder;
}

/** A network that trains in a moment. */
export function quickParams(params: Params = {}): Cnn1dParams {
  const result = complete({
    layers: 3,
    startChannels: 2,
    pool: 8,
    epochs: 4,
    batchSize: 4,
    learningRate: 0.01,
    batchNorm: true,
    ...params,
  });
  if (result.kind === 'complete') return result.params as Cnn1dParams;
  throw new Error(JSON.stringify(result.issues));
}
