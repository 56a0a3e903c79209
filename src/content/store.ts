/**
 * A store holds folders by the hash of their manifest: `HASH/`, read-only, and `HASH.ready` beside it with the manifest.
 * A folder without its `.ready` is not there. Any number of processes, on any number of machines that share the store,
 * may add the same folder at once.
 */
import { access, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../model/grid/canonical.ts';
import type { ContentHash } from '../model/ids.ts';
import { type Manifest, manifestSchema } from '../model/manifest.ts';
import { draftPath, makeDraft } from './drafts.ts';
import { manifestHash } from './manifest.ts';
import { removeTree, sealTree, syncFolder, treeDifferences } from './tree.ts';

/** The store cannot be read or written: a full disk, a folder that is somebody else's. */
export class ContentStoreError extends Error {
  readonly code = 'CONTENT_STORE';
  override readonly name = 'ContentStoreError';
}

/** Where a stored folder lies. */
export const contentPath = (store: string, hash: ContentHash): string => join(store, hash);

const readyPath = (store: string, hash: ContentHash): string => join(store, `${hash}.ready`);

export const hasContent = (store: string, hash: ContentHash): Promise<boolean> =>
  Promise.all([access(readyPath(store, hash)), access(contentPath(store, hash))]).then(
    () => true,
    () => false,
  );

/**
 * The manifest of a stored folder.
 *
 * @throws ContentStoreError when the folder is not in the store, or its manifest is not the one of this hash
 */
export async function storedManifest(store: string, hash: ContentHash): Promise<Manifest> {
  const path = readyPath(store, hash);
  try {
    const manifest = manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    if (manifestHash(manifest) !== hash) throw new Error('it was changed');
    return manifest;
  } catch (cause) {
    throw new ContentStoreError(`${path} is not the manifest of a stored folder: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Paths of a stored folder that are not as its manifest has them: empty for a sound one. */
export const verifyContent = async (store: string, hash: ContentHash): Promise<string[]> =>
  treeDifferences(contentPath(store, hash), await storedManifest(store, hash));

/** Takes a stored folder away, its name first: whoever looks for it meanwhile finds nothing. @throws the system's error */
export async function discardContent(store: string, hash: ContentHash): Promise<void> {
  await rm(readyPath(store, hash), { force: true });
  const aside = draftPath(store);
  await tryRename(contentPath(store, hash), aside);
  await removeTree(aside);
}

export type Filled<Refusal> = { readonly kind: 'stored'; readonly path: string } | Refusal;

/**
 * Adds a folder: `fill` writes its files into a new folder and returns null, or says why it cannot.
 *
 * @throws ContentStoreError when the disk refuses; nothing is left behind then
 */
export async function addContent<Refusal>(
  store: string,
  manifest: Manifest,
  fill: (folder: string) => Promise<Refusal | null>,
): Promise<Filled<Refusal>> {
  const hash = manifestHash(manifest);
  const draft = draftPath(store);
  try {
    await makeDraft(store, draft);
    const refusal = await fill(draft);
    if (refusal !== null) return refusal;
    await sealTree(draft);
    await publish(store, draft, hash, manifest);
    return { kind: 'stored', path: contentPath(store, hash) };
  } catch (cause) {
    throw new ContentStoreError(`${store} cannot be written: ${messageOf(cause)}`, { cause });
  } finally {
    await removeTree(draft);
  }
}

/** Everything is on the disk before its name is, and its name before its `.ready`. */
async function publish(store: string, draft: string, hash: ContentHash, manifest: Manifest): Promise<void> {
  await takePlace(store, draft, hash, manifest);
  await syncFolder(store);
  const next = `${draft}.ready`;
  const file = await open(next, 'wx', 0o600);
  try {
    await file.writeFile(canonicalJson(manifest));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, readyPath(store, hash));
  await syncFolder(store);
}

async function takePlace(store: string, draft: string, hash: ContentHash, manifest: Manifest): Promise<void> {
  const place = contentPath(store, hash);
  if (await tryRename(draft, place)) return;
  // Somebody was as fast, or crashed before its `.ready`. What is sound may stay; what is not gives way.
  if ((await treeDifferences(place, manifest)).length === 0) return;
  const aside = `${draft}.aside`;
  await tryRename(place, aside);
  // At once, because links of trials that run may lead there.
  const isPlaced = await tryRename(draft, place);
  await removeTree(aside);
  if (!isPlaced) throw new Error(`${place} is in the way`);
}

/** False where the new name is taken. */
async function tryRename(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
