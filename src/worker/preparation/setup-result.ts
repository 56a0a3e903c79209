/** Whether what `setup` made may be copied for each trial, or has to stay where it was made. */
import { chmodSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { chunksOf } from '../../content/hash-file.ts';
import { mostCopiedBytes } from '../../model/launch.ts';
import { formatSize } from '../../model/size.ts';
import { inSlices } from '../supervisor/in-slices.ts';
import type { InSteps } from '../supervisor/tree-copies.ts';

/**
 * Why copies of a folder would not do, in words that follow "it"; null where they do. A virtual environment and a cache of
 * cmake name the folder that they were made in: a copy of them would lead back there. They are known by the bytes of that
 * path, in any file and in the target of any link.
 */
export async function whyShared(folder: string): Promise<string | null> {
  const { bytes, files, link } = await inSlices(lookOver(folder));
  if (bytes > mostCopiedBytes) return `is over ${formatSize(mostCopiedBytes)}`;
  if (link !== null) return holds(folder, link);
  for (const file of files) if (await hasBytes(file, Buffer.from(folder))) return holds(folder, file);
  return null;
}

const holds = (folder: string, path: string): string =>
  `holds the path of its own folder (in ${relative(folder, path)})`;

interface Found {
  bytes: number;
  /** Those that are looked into. */
  readonly files: string[];
  /** One that leads into the folder by its absolute path. */
  link: string | null;
}

/** Ends where there is too much to be copied. */
function* lookOver(root: string): InSteps<Found> {
  const found: Found = { bytes: 0, files: [], link: null };
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink()) {
        const target = readlinkSync(path);
        if (target === root || target.startsWith(`${root}/`)) found.link ??= path;
      } else if (entry.isFile()) {
        found.bytes += lstatSync(path).size;
        if (found.bytes > mostCopiedBytes) return found;
        // Python corrects the path in a compiled module when it loads it from elsewhere.
        if (!entry.name.endsWith('.pyc')) found.files.push(path);
      }
      yield;
    }
  return found;
}

async function hasBytes(file: string, wanted: Buffer): Promise<boolean> {
  let before: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    const bytes = Buffer.concat([before, chunk]);
    if (bytes.includes(wanted)) return true;
    before = bytes.subarray(Math.max(0, bytes.length - wanted.length + 1));
  }
  return false;
}

/** Makes a tree read-only. Links are not followed. */
export function* closeTree(folder: string): InSteps<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* closeTree(path);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o555);
    yield;
  }
  chmodSync(folder, lstatSync(folder).mode & 0o555);
}
