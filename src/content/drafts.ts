/** Drafts of folders on their way into a store: in the store itself, so that they become content by a rename. */
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeTree } from './tree.ts';

/** Whoever fills a draft for so long has crashed. */
const dayMs = 24 * 3_600_000;

/** A name for a draft that nobody else has, on whichever machine that shares the store. */
export const draftPath = (store: string): string =>
  join(store, `tmp.${hostname()}.${randomBytes(6).toString('hex')}`);

/** Makes the folder, and takes away what crashes have left in the store. @throws the system's error */
export async function makeDraft(store: string, draft: string): Promise<void> {
  await mkdir(draft, { recursive: true, mode: 0o700 });
  // By the clock of the file system, which may be another machine's.
  const now = (await lstat(draft)).mtimeMs;
  const drafts = (await readdir(store)).filter((name) => name.startsWith('tmp.'));
  await Promise.all(drafts.map((name) => removeIfOld(join(store, name), now)));
}

/** What cannot be removed is in nobody's way, and others may do the same at once. */
async function removeIfOld(path: string, now: number): Promise<void> {
  try {
    const stat = await lstat(path);
    if (now - stat.mtimeMs < dayMs) return;
    await (stat.isDirectory() ? removeTree(path) : rm(path, { force: true }));
  } catch {
    // Gone, or not ours to remove.
  }
}
