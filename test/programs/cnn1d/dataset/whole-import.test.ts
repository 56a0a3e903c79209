import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { importDataset, type SplitCounts } from '../../../../src/programs/cnn1d/dataset/import-dataset.ts';
import { splitByHash } from '../../../../src/programs/cnn1d/dataset/split.ts';
import { temporaryFolder, tone } from './speech-folder.ts';

/** Clips of each word of Speech Commands v0.02 by split, as its lists and its rule count them (arXiv 1804.03209). */
const counts: Readonly<Record<string, SplitCounts>> = Object.fromEntries(
  readFileSync(join(import.meta.dirname, '../fixtures/speech-commands-v0.02-counts.csv'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [word = '', , train, validation, test] = line.split(',');
      return [word, { train: Number(train), validation: Number(validation), test: Number(test) }];
    }),
);
const clips = 105_829;

/** File names as the data set has them, so many for each split by its own rule. */
function* namesOf(word: string, wanted: SplitCounts): Generator<string> {
  const left = { ...wanted };
  for (let speaker = 0; left.train + left.validation + left.test > 0; speaker += 1) {
    const file = `${speaker.toString(16).padStart(8, '0')}_nohash_0.wav`;
    const split = splitByHash(file);
    if (left[split] === 0) continue;
    left[split] -= 1;
    yield `${word}/${file}`;
  }
}

async function writeWhole(file: string, withLists: boolean): Promise<void> {
  const archive = pack();
  let written = 0;
  const done = pipeline(archive, createGzip({ level: 1 }), createWriteStream(file));
  const clip = Buffer.from(tone(440, 4));
  const lists: Record<'validation' | 'test', string[]> = { validation: [], test: [] };
  for (const [word, wanted] of Object.entries(counts))
    for (const name of namesOf(word, wanted)) {
      const split = splitByHash(name.slice(word.length + 1));
      if (split !== 'train') lists[split].push(name);
      // A renamed speaker is in no split by the rule but the one that the list says.
      const path = withLists ? name.replace('_nohash_', 'x_nohash_') : name;
      archive.entry({ name: `./${path}` }, clip);
      // What is written shall not pile up in memory.
      written += 1;
      if (written % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  if (withLists)
    for (const [name, split] of [
      ['validation_list.txt', 'validation'],
      ['testing_list.txt', 'test'],
    ] as const)
      archive.entry(
        { name: `./${name}` },
        `${lists[split].map((path) => path.replace('_nohash_', 'x_nohash_')).join('\n')}\n`,
      );
  archive.finalize();
  await done;
}

describe('the whole of Speech Commands v0.02, each clip cut to 4 samples', () => {
  it.each([
    ['its own rule', false],
    ['its lists', true],
  ])('counts as published, by %s', { timeout: 120_000 }, async (_, withLists) => {
    const folder = await temporaryFolder();
    const source = join(folder, 'whole.tar.gz');
    await writeWhole(source, withLists);
    let told = 0;
    const imported = await importDataset({
      source,
      into: join(folder, 'packed'),
      onProgress: () => (told += 1),
    });
    expect(imported.counts).toEqual(counts);
    expect(imported).toMatchObject({ clips, unreadable: [] });
    expect(told).toBeGreaterThan(10);
  });
});
