import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from './dataset-error.ts';
import { type PackedClip, packedIndexSchema, storeFiles } from './packed-store.ts';

/** A packed data set, open for reading. */
export interface Dataset {
  readonly hash: string;
  readonly words: readonly string[];
  readonly clips: readonly PackedClip[];
  /** The clip's samples in [−1, 1) to the start of `into`; what is left of it becomes silence. */
  read(clip: PackedClip, into: Float32Array): void;
  close(): void;
}

/**
 * Opens what `importDataset` has packed. Clips are read when they are asked for.
 * @throws DatasetError where the folder holds no packed data set.
 */
export async function readDataset(folder: string): Promise<Dataset> {
  const path = join(folder, storeFiles.index);
  const index = packedIndexSchema.safeParse(await readJson(path));
  if (!index.success) {
    const message = `${folder} holds no data set that labsweep has packed; import it with: labsweep data import`;
    throw new DatasetError('no-store', message, index.error);
  }
  const { hash, words, clips } = index.data;
  const file = openSync(join(folder, storeFiles.clips), 'r');
  const samples = new Int16Array(Math.max(1, ...new Set(clips.map((clip) => clip.samples))));
  return {
    hash,
    words,
    clips,
    read: (clip, into) => {
      const bytes = clip.samples * Int16Array.BYTES_PER_ELEMENT;
      const got = readSync(file, samples, 0, bytes, clip.offset * Int16Array.BYTES_PER_ELEMENT);
      if (got < bytes)
        throw new DatasetError('no-store', `${folder} is cut off within ${clip.file}; import it again.`);
      const count = Math.min(clip.samples, into.length);
      for (let at = 0; at < count; at++) into[at] = (samples[at] as number) / 32_768;
      into.fill(0, count);
    },
    close: () => closeSync(file),
  };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
