import { join } from 'node:path';
import type { Manifest } from '../model/manifest.ts';
import { chunksOf } from './hash-file.ts';
import { manifestHash } from './manifest.ts';
import { mapSome } from './map-some.ts';
import { addContent, contentPath, type Filled, hasContent } from './store.ts';
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
  return addContent(store, manifest, async (draft) => {
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
  });
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR');
