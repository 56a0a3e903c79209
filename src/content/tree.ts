/** Read-only trees of files on a disk: written file by file and checked while they are, sealed, compared, removed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Manifest, ManifestFile } from '../model/manifest.ts';
import { hashFile } from './hash-file.ts';
import { mapSome } from './map-some.ts';
import { walk } from './walk.ts';

/** What is done to a file once its bytes are written. */
export type Finish<Entry> = (file: FileHandle, entry: Entry) => Promise<void>;

export const readOnly: Finish<ManifestFile> = (file, { executable }) =>
  file.chmod(executable ? 0o555 : 0o444);

/**
 * Writes one file of a tree, synced.
 *
 * @returns whether what came is what the manifest says
 */
export async function writeFileOf<Entry extends ManifestFile>(
  tree: string,
  expected: Entry,
  chunks: AsyncIterable<Uint8Array>,
  finish: Finish<Entry>,
): Promise<boolean> {
  const path = join(tree, expected.path);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      await file.appendFile(chunk);
    }
    await finish(file, expected);
    await file.sync();
  } finally {
    await file.close();
  }
  return size === expected.size && hash.digest('hex') === expected.sha256;
}

/** Makes the folders of a tree read-only and puts their entries on the disk. */
export async function sealTree(tree: string): Promise<void> {
  for (const entry of await readdir(tree, { withFileTypes: true }))
    if (entry.isDirectory()) await sealTree(join(tree, entry.name));
  await syncFolder(tree);
  await chmod(tree, 0o555);
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Paths that are there or missing or changed against the manifest. */
export async function treeDifferences(tree: string, manifest: Manifest): Promise<string[]> {
  const { files, problems } = await walk(tree, () => false);
  if (problems.length > 0) return problems.map((problem) => ('path' in problem ? problem.path : tree));
  const found = new Map(files.map((file) => [file.path, file]));
  const expected = new Set(manifest.map(({ path }) => path));
  const differing = await mapSome(8, manifest, async (file) => {
    const there = found.get(file.path);
    if (there === undefined || there.executable !== file.executable || there.sizeBytes !== file.size)
      return true;
    return (await hashFile(join(tree, file.path))).sha256 !== file.sha256;
  });
  return [
    ...manifest.filter((_, index) => differing[index]).map(({ path }) => path),
    ...files.map(({ path }) => path).filter((path) => !expected.has(path)),
  ];
}

/** Removes a tree, read-only folders included. Nothing happens where there is none. */
export async function removeTree(tree: string): Promise<void> {
  if (!existsSync(tree)) return;
  await makeFoldersWritable(tree);
  await rm(tree, { recursive: true, force: true });
}

async function makeFoldersWritable(tree: string): Promise<void> {
  await chmod(tree, 0o700);
  for (const entry of await readdir(tree, { withFileTypes: true }))
    if (entry.isDirectory()) await makeFoldersWritable(join(tree, entry.name));
}
