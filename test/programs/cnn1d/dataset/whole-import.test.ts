import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { importDataset, type SplitCounts } from '../../../../src/programs/cnn1d/dataset/import-dataset.ts';
import { temporaryFolder, tone } from './speech-folder.ts';

/** Clips of each word of Speech Commands v0.02 by split, as its lists count them (arXiv 1804.03209). */
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

/** A megabyte at a time: gzip goes to another thread and back for each piece, of which an archive has three a clip. */
async function* inBlocks(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let block: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    block.push(piece);
    bytes += piece.length;
    if (bytes < 2 ** 20) continue;
    yield Buffer.concat(block);
    block = [];
    bytes = 0;
  }
  yield Buffer.concat(block);
}

/** As the data set has it: clips in folders by word, the lists behind them. */
async function writeWhole(file: string): Promise<void> {
  const archive = pack();
  const done = pipeline(
    inBlocks(archive as AsyncIterable<Buffer>),
    createGzip({ level: 1 }),
    createWriteStream(file),
  );
  const clip = Buffer.from(tone(440, 4));
  const listed: Record<'validation' | 'test', string[]> = { validation: [], test: [] };
  let written = 0;
  for (const [word, { train, validation, test }] of Object.entries(counts))
    for (let index = 0; index < train + validation + test; index += 1) {
      const path = `${word}/${index.toString(16).padStart(8, '0')}_nohash_0.wav`;
      if (index < validation) listed.validation.push(path);
      else if (index < validation + test) listed.test.push(path);
      archive.entry({ name: `./${path}` }, clip);
      // What is written shall not pile up in memory.
      written += 1;
      if (written % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  archive.entry({ name: './validation_list.txt' }, `${listed.validation.join('\n')}\n`);
  archive.entry({ name: './testing_list.txt' }, `${listed.test.join('\n')}\n`);
  archive.finalize();
  await done;
}

describe('the whole of Speech Commands v0.02, each clip cut to 4 samples', () => {
  it('counts as published', { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'whole.tar.gz');
    await writeWhole(source);
    let told = 0;
    const into = join(folder, 'packed');
    const imported = await importDataset({ source, into, onProgress: () => (told += 1) });
    expect(imported.counts).toEqual(counts);
    expect(imported).toMatchObject({ clips, unreadable: [] });
    expect(told).toBe(clips);
  });
});
