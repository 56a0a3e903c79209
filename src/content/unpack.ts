/** The other end of pack.ts, on a host: nothing is believed that the hash does not vouch for. */
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Extract, extract } from 'tar-stream';
import type { z } from 'zod';
import type { ContentHash } from '../model/ids.ts';
import { keptFolderSchema } from '../model/kept-folder.ts';
import { type ManifestFile, manifestSchema } from '../model/manifest.ts';
import { finishKept, KeptTimes } from './finish-kept.ts';
import { keptHash } from './kept-folder.ts';
import { manifestHash } from './manifest.ts';
import { bytesOf, entryName, manifestEntry } from './pack-format.ts';
import { addContent, contentPath, ContentStoreError, hasContent } from './store.ts';
import { type Finish, readOnly, writeFileOf } from './tree.ts';

export type Unpacked = { readonly kind: 'stored'; readonly path: string } | Refused;

/** `problem` is a sentence: the pack is not what was asked for, or the disk refuses. */
interface Refused {
  readonly kind: 'refused';
  readonly problem: string;
}

/** The pack in a file. */
export const unpackFile = (store: string, hash: ContentHash, path: string): Promise<Unpacked> =>
  unpack(store, hash, createReadStream(path));

/** Adds a packed folder to a store, if every file of it is what `hash` says. Never rejects. */
export async function unpack(store: string, hash: ContentHash, source: Readable): Promise<Unpacked> {
  if (await hasContent(store, hash)) {
    source.destroy();
    return { kind: 'stored', path: contentPath(store, hash) };
  }
  return withEntries(source, async (entries) => {
    const manifest = await readList(entries, hash, manifestSchema, manifestHash);
    return addContent(store, manifest, (draft) => writeFiles(entries, manifest, draft, readOnly));
  });
}

/**
 * Writes a folder that was kept into a new one, as it was, synced. Never rejects.
 *
 * @param path the pack
 * @returns null, or why there is not all of it
 */
export const unpackKept = (folder: string, hash: ContentHash, path: string): Promise<Refused | null> =>
  withEntries(createReadStream(path), async (entries) => {
    const kept = await readList(entries, hash, keptFolderSchema, keptHash);
    const times = new KeptTimes(kept);
    await mkdir(folder, { mode: 0o700 });
    const refusal = await writeFiles(entries, kept.files, folder, (file, entry) => times.stamp(file, entry));
    if (refusal === null) await finishKept(folder, kept, times);
    return refusal;
  });

async function withEntries<T>(source: Readable, use: (entries: Entries) => Promise<T>): Promise<T | Refused> {
  const archive = extract();
  source.once('error', (error) => archive.destroy(error));
  source.pipe(archive);
  const entries = archive[Symbol.asyncIterator]();
  try {
    return await use(entries);
  } catch (error) {
    return refused(problemOf(error));
  } finally {
    source.unpipe(archive);
    source.destroy();
    archive.destroy();
  }
}

type Entries = ReturnType<Extract[typeof Symbol.asyncIterator]>;

/** The pack itself is wrong: the message is the whole of what there is to say. */
class PackError extends Error {
  readonly code = 'PACK';
  override readonly name = 'PackError';
}

/** What the pack says that it has; the hash vouches for it. */
async function readList<List>(
  entries: Entries,
  hash: ContentHash,
  schema: z.ZodType<List>,
  hashOf: (list: List) => ContentHash,
): Promise<List> {
  const first = await entries.next();
  if (first.done === true || first.value.header.name !== manifestEntry)
    throw new PackError('the pack does not begin with its manifest');
  const read = schema.safeParse(JSON.parse(await text(bytesOf(first.value))));
  if (!read.success) throw new PackError(`the manifest of the pack is none: ${read.error.message}`);
  const found = hashOf(read.data);
  if (found !== hash) throw new PackError(`the pack is of ${found}, and ${hash} was asked for`);
  return read.data;
}

/** The entries are the manifest's files, in its order, and no others: so no name leads out of the folder. */
async function writeFiles<Entry extends ManifestFile>(
  entries: Entries,
  files: readonly Entry[],
  folder: string,
  finish: Finish<Entry>,
): Promise<Refused | null> {
  for (const file of files) {
    const next = await entries.next();
    if (next.done === true) return refused(`the pack ends before ${file.path}`);
    const { name, type } = next.value.header;
    if (name !== entryName(file.path) || type !== 'file')
      return refused(`the pack has ${name} where ${file.path} belongs`);
    if (!(await writeFileOf(folder, file, bytesOf(next.value), finish)))
      return refused(`${file.path} came damaged`);
  }
  const rest = await entries.next();
  return rest.done === true
    ? null
    : refused(`the pack has ${rest.value.header.name}, which is not in its manifest`);
}

const refused = (problem: string): Refused => ({ kind: 'refused', problem });

function problemOf(error: unknown): string {
  if (error instanceof PackError || error instanceof ContentStoreError) return error.message;
  return `the pack cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
