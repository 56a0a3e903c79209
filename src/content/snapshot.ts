import { join } from 'node:path';
import type { ContentHash } from '../model/ids.ts';
import type { Manifest } from '../model/manifest.ts';
import { chunksOf } from './hash-file.ts';
import { manifestHash } from './manifest.ts';
import { mapSome } from './map-some.ts';
import { addContent, contentPath, type Filled, hasContent, storedManifest } from './store.ts';
import { readOnly, writeFileOf } from './tree.ts';

/** These files are not as they were when the manifest was read: somebody is editing them. */
export interface FilesChanged {
  readonly kind: 'changed';
  readonly paths: readonly string[];
}

/**
 * Copies a folder into a store, read-only, under the hash of its manifest.
 *
 * @throws ContentStoreError when the disk refuses
 */
export async function snapshot(
  folder: string,
  manifest: Manifest,
  store: string,
): Promise<Filled<FilesChanged>> {
  const hash = manifestHash(manifest);
  if (await hasContent(store, hash)) return { kind: 'stored', path: contentPath(store, hash) };
  return addContent(store, manifest, (draft) => copyFiles(folder, manifest, draft));
}

/**
 * Puts a stored folder in its own place again without what was written among its files.
 *
 * @returns whether its files were as its manifest has them; else nothing has changed
 * @throws ContentStoreError when the disk refuses
 */
export async function renewContent(store: string, hash: ContentHash): Promise<boolean> {
  const manifest = await storedManifest(store, hash);
  const place = contentPath(store, hash);
  const renewed = await addContent(store, manifest, (draft) => copyFiles(place, manifest, draft));
  return renewed.kind === 'stored';
}

async function copyFiles(folder: string, manifest: Manifest, draft: string): Promise<FilesChanged | null> {
  const copied = await mapSome(8, manifest, async (file) => {
    try {
      return await writeFileOf(draft, file, chunksOf(join(folder, file.path)), readOnly);
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  });
  const paths = manifest.filter((_, index) => copied[index] === false).map(({ path }) => path);
  return paths.length === 0 ? null : { kind: 'changed', paths };
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR');
