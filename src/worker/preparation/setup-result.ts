/**
 * Whether what `setup` made may be copied for each trial, or has to stay where it was made. Paths are kept as Latin-1, a
 * character a byte: names need not be UTF-8.
 */
import { chmodSync, type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { chunksOf } from '../../content/hash-file.ts';
import { mostCopiedBytes } from '../../model/launch.ts';
import { inSlices } from '../supervisor/in-slices.ts';
import type { InSteps } from '../supervisor/tree-files.ts';

const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
const characters = (path: string): string => Buffer.from(path).toString('latin1');
const entriesOf = (folder: string): [name: string, entry: Dirent<Buffer>][] =>
  readdirSync(bytes(folder), { encoding: 'buffer', withFileTypes: true }).map((entry) => [
    entry.name.toString('latin1'),
    entry,
  ]);

/**
 * Why copies of a folder would not do, in words that follow "it"; null where they do. A virtual environment and a cache of
 * cmake name the folder that they were made in: a copy of them would lead back there. They are known by the bytes of that
 * path, in any file and in the target of any link.
 */
export async function whyShared(folder: string): Promise<string | null> {
  const root = characters(folder);
  const found: Found = { bytes: 0, files: [], link: null };
  await inSlices(lookOver(root, root, found));
  if (found.bytes > mostCopiedBytes) return `is over ${mostCopiedBytes / 1e6} MB`;
  if (found.link !== null) return holds(root, found.link);
  for (const file of found.files) if (await hasBytes(bytes(file), bytes(root))) return holds(root, file);
  return null;
}

const holds = (root: string, path: string): string =>
  `holds the path of its own folder (in ${bytes(path.slice(root.length + 1)).toString('utf8')})`;

interface Found {
  bytes: number;
  /** Those that are looked into. */
  readonly files: string[];
  /** One that leads into the folder by its absolute path. */
  link: string | null;
}

/** Ends where there is too much to be copied. */
function* lookOver(root: string, folder: string, found: Found): InSteps<void> {
  for (const [name, entry] of entriesOf(folder)) {
    if (found.bytes > mostCopiedBytes) return;
    const path = `${folder}/${name}`;
    if (entry.isDirectory()) yield* lookOver(root, path, found);
    else if (entry.isSymbolicLink()) {
      const target = readlinkSync(bytes(path), 'latin1');
      if (target === root || target.startsWith(`${root}/`)) found.link ??= path;
    } else if (entry.isFile()) {
      found.bytes += lstatSync(bytes(path)).size;
      // Python corrects the path in a compiled module when it loads it from elsewhere.
      if (!name.endsWith('.pyc')) found.files.push(path);
    }
    yield;
  }
}

async function hasBytes(file: Buffer, wanted: Buffer): Promise<boolean> {
  let before: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    const read = Buffer.concat([before, chunk]);
    if (read.includes(wanted)) return true;
    before = read.subarray(Math.max(0, read.length - wanted.length + 1));
  }
  return false;
}

/** Makes a tree read-only. Links are not followed. */
export const closeTree = (folder: string): Promise<void> =>
  inSlices(changeModes(characters(folder), (mode) => mode & 0o555));

/** Removes a tree that may be read-only: many caches of packages are. Nothing happens where there is none. */
export async function removeMade(folder: string): Promise<void> {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true)
    await inSlices(changeModes(characters(folder), (mode, isFolder) => (isFolder ? mode | 0o700 : mode)));
  await rm(folder, { recursive: true, force: true });
}

/** A folder's mode changes before those in it, so that they can be read, and after them, so that they can be changed. */
function* changeModes(folder: string, change: (mode: number, isFolder: boolean) => number): InSteps<void> {
  const { mode } = lstatSync(bytes(folder));
  chmodSync(bytes(folder), mode | 0o700);
  for (const [name, entry] of entriesOf(folder)) {
    const path = `${folder}/${name}`;
    if (entry.isDirectory()) yield* changeModes(path, change);
    else if (entry.isFile()) {
      const before = lstatSync(bytes(path)).mode;
      if (change(before, false) !== before) chmodSync(bytes(path), change(before, false) & 0o777);
    }
    yield;
  }
  chmodSync(bytes(folder), change(mode, true) & 0o777);
}
