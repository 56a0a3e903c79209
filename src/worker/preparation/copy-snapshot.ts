import * as fileSystem from 'node:fs';
import { basename } from 'node:path';
import { contentHash } from '../../model/ids.ts';
import type { ContentKeeper } from '../spool/content-keeper.ts';
import { inSlices } from '../supervisor/in-slices.ts';
import { copies } from '../supervisor/copies-here.ts';
import { removeMade } from './setup-result.ts';

/**
 * Copies a program's files as they were snapshotted into an empty folder.
 *
 * @returns false where they are not on this host, whole
 */
export async function copySnapshot(
  keeper: ContentKeeper,
  from: string,
  to: string,
  umask: number,
): Promise<boolean> {
  const hash = contentHash(basename(from));
  for (let tries = 1; await keeper.has(hash); tries += 1) {
    const print = keeper.foundSound(hash)?.print ?? null;
    const copied = await inSlices(copies.copy({ from, to, umask, began: null }));
    if (print === null || copied.print === print) return true;
    // Nobody writes to files whose inodes are others at each look: before and after they had their hashes.
    if (tries > 1) return keeper.has(hash);
    await removeMade(to);
    fileSystem.mkdirSync(to, { mode: 0o700 });
  }
  return false;
}
