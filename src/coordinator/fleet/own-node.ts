/**
 * The Node that runs here, put into labsweep's folder on this machine: an agent outlives the command that started it, and
 * with it the checkout that the command came from, which may be moved, upgraded or deleted at any time.
 */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface OwnNode {
  readonly path: string;
  readonly version: string;
}

/** @param path the Node that runs here */
export const ownNode = (path: string): OwnNode => ({ path, version: process.versions.node });

/**
 * No sum is written beside it, so that after a reboot it is put there again instead of being read to its end (120 MB): a
 * power loss may have torn it.
 *
 * @param node the program
 * @param folder where it is to lie, absolute
 * @throws the system's error
 */
export async function placeOwnNode(node: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `node.${randomBytes(4).toString('hex')}`);
  try {
    await duplicate(node, part);
    await rm(join(folder, 'node.sum'), { force: true });
    await writeFile(join(folder, 'node.boot'), await bootId(), { mode: 0o600 });
    await rename(part, join(folder, 'node'));
  } catch (error) {
    await rm(part, { force: true }).catch(() => {}); // what went wrong first is what counts
    throw error;
  }
}

/**
 * A clone of its blocks where the file system has these (FICLONE, ioctl_ficlone(2)), else a second name of the file, else a
 * copy. npm unpacks a package into new files and removes the old ones, so that a second name goes on as it was; a file
 * that somebody else may write to gets none.
 */
async function duplicate(node: string, part: string): Promise<void> {
  const ways = [
    () => copyFile(node, part, constants.COPYFILE_FICLONE_FORCE),
    async () => ((await isOnlyOurs(node)) ? link(node, part) : Promise.reject(new Error('not ours'))),
    () => copyFile(node, part),
  ];
  let last: unknown;
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      last = error;
      await rm(part, { force: true });
    }
  }
  throw last;
}

async function isOnlyOurs(node: string): Promise<boolean> {
  const { uid, mode } = await stat(node);
  return uid === process.getuid?.() && (mode & 0o022) === 0;
}

const bootId = (): Promise<string> =>
  readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => 'kept\n');
