import { mkdir, readdir, readFile, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import { importDataset } from '../../../../src/programs/cnn1d/dataset/import-dataset.ts';
import { readDataset } from '../../../../src/programs/cnn1d/dataset/read-dataset.ts';
import { type Files, temporaryFolder, tone, writeArchive, writeFolder } from './speech-folder.ts';

const clips: Files = {
  'yes/0a_nohash_0.wav': tone(200),
  'yes/0b_nohash_0.wav': tone(210, 9000),
  'no/0a_nohash_0.wav': tone(300),
  'no/0c_nohash_1.wav': tone(310, 20_000),
};

describe('the import of a data set', () => {
  it('packs a folder: clips by word, at most a second each', async () => {
    const { imported, dataset } = await importFolder(clips);
    expect(imported).toMatchObject({ words: ['no', 'yes'], clips: 4, unreadable: [] });
    expect(dataset.words).toEqual(['no', 'yes']);
    expect(dataset.clips.map(({ file, samples }) => [file, samples])).toEqual([
      ['no/0a_nohash_0.wav', 16_000],
      ['no/0c_nohash_1.wav', 16_000],
      ['yes/0a_nohash_0.wav', 16_000],
      ['yes/0b_nohash_0.wav', 9000],
    ]);
  });

  it('reads back the samples, and silence behind a short clip', async () => {
    const { dataset } = await importFolder(clips);
    const short = dataset.clips.find(({ samples }) => samples === 9000);
    const samples = new Float32Array(16_000).fill(9);
    if (short !== undefined) dataset.read(short, samples);
    const expected = (at: number) => Math.round(8000 * Math.sin((2 * Math.PI * 210 * at) / 16_000)) / 32_768;
    for (const at of [0, 1, 77, 8999]) expect(samples[at]).toBeCloseTo(expected(at), 6);
    expect(samples.subarray(9000).every((sample) => sample === 0)).toBe(true);
  });

  it('names a data set by its files, whether folder or archive and wherever in it they lie', async () => {
    const into = await temporaryFolder();
    const work = await temporaryFolder();
    const nested = Object.fromEntries(
      Object.entries(clips).map(([path, bytes]) => [`./speech/v1/${path}`, bytes]),
    );
    const sources = [
      await writeFolder(join(work, 'folder'), clips),
      await writeArchive(join(work, 'set.tar'), clips),
      await writeArchive(join(work, 'set.tar.gz'), nested),
    ];
    const hashes = [];
    for (const source of sources) hashes.push((await importDataset({ source, into })).hash);
    expect(new Set(hashes).size).toBe(1);
    expect(await readdir(into)).toEqual([hashes[0]]);
    const manifest = await readFile(join(into, hashes[0] ?? '', 'manifest.json'), 'utf8');
    expect(manifest).toBe(canonicalize(JSON.parse(manifest)));
    expect(JSON.parse(manifest)).toHaveLength(4);
  });

  it('gives other content another name', async () => {
    const first = await importFolder(clips);
    const second = await importFolder({ ...clips, 'no/0a_nohash_0.wav': tone(301) });
    expect(second.imported.hash).not.toBe(first.imported.hash);
  });

  it('splits by the lists, which may stand behind the clips in the archive', async () => {
    const source = await writeArchive(join(await temporaryFolder(), 'set.tar.gz'), {
      ...clips,
      'validation_list.txt': 'yes/0a_nohash_0.wav\n',
      'testing_list.txt': 'no/0a_nohash_0.wav\r\n',
    });
    const { counts } = await importDataset({ source, into: await temporaryFolder() });
    expect(counts).toEqual({
      no: { train: 1, validation: 0, test: 1 },
      yes: { train: 1, validation: 1, test: 0 },
    });
  });

  it('splits by the hash of the speaker where there are no lists', async () => {
    const { imported } = await importFolder({
      'yes/026290a7_nohash_0.wav': tone(200),
      'yes/0c40e715_nohash_0.wav': tone(201),
      'yes/00176480_nohash_0.wav': tone(202),
    });
    expect(imported.counts).toEqual({ yes: { train: 1, validation: 1, test: 1 } });
  });

  it('leaves out noises and licences, and names what it cannot read', async () => {
    const { imported } = await importFolder({
      ...clips,
      '_background_noise_/hum.wav': tone(50),
      'LICENSE.txt': 'ours',
      'yes/README.md': 'x',
      'yes/._0a_nohash_0.wav': 'x',
      'no/broken.wav': 'RIFF but no more',
      'no/empty.wav': '',
      'no/silent.wav': tone(0, 0),
    });
    expect(imported.clips).toBe(4);
    expect(imported.words).toEqual(['no', 'yes']);
    expect(imported.unreadable.map(({ file }) => file).sort()).toEqual([
      'no/broken.wav',
      'no/empty.wav',
      'no/silent.wav',
    ]);
    for (const { because } of imported.unreadable) expect(because).not.toBe('');
  });

  it('resamples other rates and mixes channels', async () => {
    const { dataset } = await importFolder({
      'a/slow_nohash_0.wav': tone(100, 8000, 8000),
      'a/stereo_nohash_0.wav': tone(100, 16_000, 16_000, 2),
    });
    const [slow, stereo] = dataset.clips.map((clip) => {
      const samples = new Float32Array(16_000);
      dataset.read(clip, samples);
      return samples;
    });
    expect(dataset.clips.map(({ samples }) => samples)).toEqual([16_000, 16_000]);
    for (const at of [1000, 4321, 9999]) expect(slow?.[at]).toBeCloseTo(stereo?.[at] ?? Number.NaN, 1);
  });

  it('tells how far it is', async () => {
    const shares: number[] = [];
    const source = await writeFolder(await temporaryFolder(), clips);
    await importDataset({
      source,
      into: await temporaryFolder(),
      onProgress: ({ share }) => shares.push(share),
    });
    expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it.each([
    [
      'a source that is not there',
      async () => '/no/such/folder',
      'There is no folder or archive /no/such/folder.',
    ],
    [
      'a folder without clips',
      () => temporaryFolder(),
      /holds no clips: files named WORD\/NAME\.wav are looked for/,
    ],
    [
      'only broken clips',
      async () => await writeFolder(await temporaryFolder(), { 'a/b.wav': 'x' }),
      /of a\/b\.wav: /,
    ],
    [
      'a file that is no archive',
      async () => await writeText('not an archive '.repeat(99)),
      /no whole \.tar or \.tar\.gz/,
    ],
    ['an archive that is cut off', cutArchive, /no whole \.tar or \.tar\.gz archive; fetch it again/],
  ])('refuses %s and leaves nothing behind', async (_, makeSource, message) => {
    const into = join(await temporaryFolder(), 'store');
    await expect(importDataset({ source: await makeSource(), into })).rejects.toThrow(message);
    expect(await readdir(into)).toEqual([]);
  });
});

describe('reading a packed data set', () => {
  it('refuses a folder that holds none', async () => {
    await expect(readDataset(await temporaryFolder())).rejects.toThrow(
      /import it with: labsweep data import/,
    );
  });

  it('says which clip is cut off', async () => {
    const { imported, dataset } = await importFolder(clips);
    const file = join(imported.folder, 'clips.bin');
    await truncate(file, (await stat(file)).size - 2);
    const last = dataset.clips.reduce((a, b) => (a.offset > b.offset ? a : b));
    expect(() => dataset.read(last, new Float32Array(16_000))).toThrow(`is cut off within ${last.file}`);
  });
});

async function importFolder(files: Files) {
  const source = await writeFolder(join(await temporaryFolder(), 'source'), files);
  const imported = await importDataset({ source, into: await temporaryFolder() });
  return { imported, dataset: await readDataset(imported.folder) };
}

async function writeText(text: string): Promise<string> {
  return join(await writeFolder(await temporaryFolder(), { 'file.tar': text }), 'file.tar');
}

async function cutArchive(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(folder, { recursive: true });
  const archive = await writeArchive(join(folder, 'set.tar.gz'), clips);
  await truncate(archive, Math.floor((await stat(archive)).size / 2));
  return archive;
}
