import { join } from 'node:path';
import type { Artifact } from '../model/attempt-end.ts';
import { hashFile } from './hash-file.ts';
import { byPathBytes } from './manifest.ts';
import { mapSome } from './map-some.ts';
import { compilePatterns, selectsFile } from './patterns.ts';
import { type FoundFile, walk } from './walk.ts';

export interface CollectOptions {
  /** Patterns (patterns.ts) of what comes back. */
  readonly fetch: readonly string[];
  /** Of all that comes back, together. */
  readonly maxBytes: number;
}

export interface Collected {
  /** Every file with its size and hash, sorted by path. */
  readonly artifacts: readonly Artifact[];
  /** Files beyond the bound on how many are listed. */
  readonly unlisted: number;
}

/** A program that leaves more files than this has mistaken its artifacts folder for a scratch disk. */
const maxListedArtifacts = 10_000;
/** So far the first of them by name are listed; of more, some. */
const maxFoundArtifacts = 50_000;
/** Of all paths together: they travel in one message. */
const maxPathChars = 4 * 1024 ** 2;

/**
 * Looks over what an attempt left in its artifacts folder. Links out of it and files that cannot be read are left out.
 * In the order of their paths, files come back as long as there is room for them.
 */
export async function collect(folder: string, { fetch, maxBytes }: CollectOptions): Promise<Collected> {
  const { files } = await walk(folder, () => false, maxFoundArtifacts);
  const listed = fitting([...files].sort(byPathBytes));
  const found = (await mapSome(4, listed, (file) => describe(folder, file))).flat();
  return { artifacts: choose(found, fetch, maxBytes), unlisted: files.length - listed.length };
}

/** The first of them that fit into one message. */
function fitting(files: readonly FoundFile[]): FoundFile[] {
  let chars = 0;
  const beyond = files.findIndex(({ path }, index) => {
    chars += JSON.stringify(path).length;
    return index >= maxListedArtifacts || chars > maxPathChars;
  });
  return beyond < 0 ? [...files] : files.slice(0, beyond);
}

async function describe(folder: string, { path }: FoundFile): Promise<Found[]> {
  try {
    const { sha256, size } = await hashFile(join(folder, path));
    return [{ path, sizeBytes: size, sha256 }];
  } catch {
    return []; // gone or closed since it was listed: the trial has ended, so it was not meant to stay
  }
}

type Found = Omit<Artifact, 'comesBack'>;

function choose(found: readonly Found[], fetch: readonly string[], maxBytes: number): Artifact[] {
  const matches = compilePatterns(fetch);
  let room = maxBytes;
  return found.map((file) => {
    const comesBack = file.sizeBytes <= room && selectsFile(matches, file.path);
    if (comesBack) room -= file.sizeBytes;
    return { ...file, comesBack };
  });
}
