import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import { type ContentHash, contentHash } from '../../../model/ids.ts';
import { clipAudio } from './clip-audio.ts';
import { DatasetError } from './dataset-error.ts';
import {
  byBytes,
  type ManifestEntry,
  type PackedClip,
  type PackedIndex,
  storeFiles,
} from './packed-store.ts';
import { sourceFiles } from './source-files.ts';
import { listFiles, readList, type Split, splitByHash } from './split.ts';
import { own } from '../../../model/own.ts';

/** Clips by split. */
export type SplitCounts = Readonly<Record<Split, number>>;

export interface ImportedDataset {
  /** SHA-256 of the manifest, 64 hexadecimal digits: the data set's identity. */
  readonly hash: ContentHash;
  /** `into`/`hash`: what is shipped to hosts. */
  readonly folder: string;
  readonly words: readonly string[];
  readonly clips: number;
  readonly counts: Readonly<Record<string, SplitCounts>>;
  /** Files that are no WAV file, with why. They are no part of the data set. */
  readonly unreadable: readonly { readonly file: string; readonly because: string }[];
}

export interface ImportProgress {
  readonly clips: number;
  /** From 0 to 1. */
  readonly share: number;
}

export interface ImportOptions {
  /** A folder, .tar or .tar.gz with WORD/NAME.wav in it. */
  readonly source: string;
  /** A folder, made if need be, in which the packed data set gets a folder of its own. */
  readonly into: string;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/**
 * Packs a data set in Speech Commands layout. The folder appears whole or not at all; memory holds one clip at a time.
 * @throws DatasetError where the source is missing, broken or without clips.
 */
export async function importDataset({ source, into, onProgress }: ImportOptions): Promise<ImportedDataset> {
  await mkdir(into, { recursive: true });
  const unfinished = join(into, `.unfinished-${randomUUID()}`);
  await mkdir(unfinished);
  try {
    const read = await packClips(source, join(unfinished, storeFiles.clips), onProgress);
    if (read.clips.length === 0) throw noClips(source, read.unreadable);
    const manifest = canonicalize(read.manifest.sort((a, b) => byBytes(a.path, b.path))) ?? '';
    const hash = contentHash(createHash('sha256').update(manifest).digest('hex'));
    const index = indexOf(hash, read);
    await writeDurably(join(unfinished, storeFiles.manifest), manifest);
    await writeDurably(join(unfinished, storeFiles.index), JSON.stringify(index));
    const folder = join(into, hash);
    await settle(unfinished, folder);
    const counts = countClips(index);
    return {
      hash,
      folder,
      words: index.words,
      clips: index.clips.length,
      counts,
      unreadable: read.unreadable,
    };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function noClips(source: string, unreadable: ImportedDataset['unreadable']): DatasetError {
  const [first] = unreadable;
  const message =
    first === undefined
      ? `${source} holds no clips: files named WORD/NAME.wav are looked for.`
      : `${source} holds no clip that can be read; of ${first.file}: ${first.because}.`;
  return new DatasetError('no-clips', message);
}

interface ReadClips {
  readonly clips: Omit<PackedClip, 'split'>[];
  readonly manifest: ManifestEntry[];
  readonly lists: Map<string, Split>;
  readonly unreadable: { file: string; because: string }[];
  hasLists: boolean;
}

async function packClips(
  source: string,
  into: string,
  onProgress: ImportOptions['onProgress'],
): Promise<ReadClips> {
  const read: ReadClips = { clips: [], manifest: [], lists: new Map(), unreadable: [], hasLists: false };
  const seen = new Set<string>();
  const output = await open(into, 'w');
  let offset = 0;
  try {
    for await (const { path, bytes, doneBytes, totalBytes } of sourceFiles(source)) {
      const split = own(listFiles, path);
      const audio = split === undefined ? decode(path, bytes, seen) : null;
      if (audio !== null && audio.kind === 'unreadable') {
        read.unreadable.push({ file: path, because: audio.because });
        continue;
      }
      seen.add(path);
      read.manifest.push({
        path,
        size: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      if (split !== undefined) {
        read.hasLists = true;
        for (const file of readList(bytes.toString('utf8'))) read.lists.set(file, split);
      }
      if (audio === null) continue;
      await output.writeFile(new Uint8Array(audio.samples.buffer, 0, audio.samples.byteLength));
      const word = path.slice(0, path.indexOf('/'));
      read.clips.push({ file: path, word, offset, samples: audio.samples.length });
      offset += audio.samples.length;
      onProgress?.({ clips: read.clips.length, share: doneBytes / totalBytes });
    }
    await output.sync();
  } finally {
    await output.close();
  }
  return read;
}

type Decoded =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'unreadable'; readonly because: string };

function decode(path: string, bytes: Buffer, seen: ReadonlySet<string>): Decoded {
  if (seen.has(path)) return { kind: 'unreadable', because: 'there are two files of this name' };
  if (bytes.length === 0) return { kind: 'unreadable', because: 'it is empty, or far longer than a clip' };
  try {
    const samples = clipAudio(bytes);
    return samples.length > 0
      ? { kind: 'audio', samples }
      : { kind: 'unreadable', because: 'it has no samples' };
  } catch (error) {
    return { kind: 'unreadable', because: error instanceof Error ? error.message : String(error) };
  }
}

function indexOf(hash: string, { clips, lists, hasLists }: ReadClips): PackedIndex {
  const splitOf = (file: string): Split =>
    hasLists ? (lists.get(file) ?? 'train') : splitByHash(file.slice(file.indexOf('/') + 1));
  return {
    version: 1,
    hash,
    words: [...new Set(clips.map(({ word }) => word))].sort(byBytes),
    clips: clips
      .map((clip) => ({ ...clip, split: splitOf(clip.file) }))
      .sort((a, b) => byBytes(a.file, b.file)),
  };
}

function countClips({ words, clips }: PackedIndex): Record<string, SplitCounts> {
  const counts = Object.fromEntries(words.map((word) => [word, { train: 0, validation: 0, test: 0 }]));
  for (const { word, split } of clips) {
    const count = own(counts, word);
    if (count !== undefined) count[split] += 1;
  }
  return counts;
}

/** The same data set may have been imported before, or by someone else at this moment: what is there is as good. */
async function settle(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    if (!(await stat(join(folder, storeFiles.index)).catch(() => null))?.isFile()) throw error;
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const output = await open(file, 'w');
  try {
    await output.writeFile(text);
    await output.sync();
  } finally {
    await output.close();
  }
}
