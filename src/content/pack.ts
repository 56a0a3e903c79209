/**
 * A stored folder as one stream, to be sent to a host: a tar (POSIX.1-2001) with `manifest.json` first and then
 * `files/PATH` in the order of the manifest.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Header, type Pack, pack as newArchive } from 'tar-stream';
import { canonicalJson } from '../model/grid/canonical.ts';
import type { ContentHash } from '../model/ids.ts';
import type { KeptFolder } from '../model/kept-folder.ts';
import type { Manifest } from '../model/manifest.ts';
import { bytesOf, entryName, manifestEntry } from './pack-format.ts';
import { contentPath, storedManifest } from './store.ts';

type ContentOf = (path: string) => Readable;

/** The stream fails where the store has not all of it: with ContentStoreError, or in the file system's words. */
export const pack = (store: string, hash: ContentHash): Readable => Readable.from(packedContent(store, hash));

/** The same, into a file. */
export const packFile = (store: string, hash: ContentHash, path: string): Promise<void> =>
  pipeline(pack(store, hash), createWriteStream(path, { mode: 0o600 }));

/** A folder that lies anywhere, into a file, which fails as `contentOf` does. @param contentOf a file's bytes, by its path */
export const packKept = ({ files, others }: KeptFolder, contentOf: ContentOf, path: string): Promise<void> =>
  pipeline(
    Readable.from(packed({ files, others }, files, contentOf)),
    createWriteStream(path, { mode: 0o600 }),
  );

async function* packedContent(store: string, hash: ContentHash): AsyncGenerator<Uint8Array> {
  const manifest = await storedManifest(store, hash);
  yield* packed(manifest, manifest, (path) => createReadStream(join(contentPath(store, hash), path)));
}

/** @param list what comes first: it says what there is, the files among it */
async function* packed(
  list: Manifest | KeptFolder,
  files: Manifest,
  contentOf: ContentOf,
): AsyncGenerator<Uint8Array> {
  const archive = newArchive();
  void fill(archive, list, files, contentOf).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  yield* bytesOf(archive);
}

async function fill(
  archive: Pack,
  list: Manifest | KeptFolder,
  files: Manifest,
  contentOf: ContentOf,
): Promise<void> {
  const bytes = Buffer.from(canonicalJson(list));
  await addEntry(archive, header(manifestEntry, bytes.length, false), Readable.from([bytes]));
  for (const { path, size, executable } of files)
    await addEntry(archive, header(entryName(path), size, executable), contentOf(path));
  archive.finalize();
}

type EntryHeader = Pick<Header, 'name' | 'size' | 'mode' | 'mtime'>;

/** Nothing in it says who packed it, and when: the same folder is the same pack. */
const header = (name: string, size: number, executable: boolean): EntryHeader => ({
  name,
  size,
  mode: executable ? 0o755 : 0o644,
  mtime: new Date(0),
});

function addEntry(archive: Pack, about: EntryHeader, content: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = archive.entry(about, (error) => (error ? reject(error) : resolve()));
    entry.once('error', reject);
    content.once('error', reject);
    content.pipe(entry);
  });
}
