import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFile } from '../../content/pack.ts';
import type { ContentHash } from '../../model/ids.ts';

interface Pack {
  readonly folder: Promise<string>;
  users: number;
}

/** Content packed for shipping: once for all hosts that get it at the same time, and gone with the last of them. */
export class Packs {
  readonly #store: string;
  readonly #packs = new Map<ContentHash, Pack>();

  constructor(store: string) {
    this.#store = store;
  }

  /** Hands the file of a pack to `use`. @throws the content room's errors */
  async with<T>(hash: ContentHash, use: (file: string) => Promise<T>): Promise<T> {
    const pack = this.#packs.get(hash) ?? { folder: this.#make(hash), users: 0 };
    this.#packs.set(hash, pack);
    pack.users += 1;
    try {
      return await use(join(await pack.folder, 'pack'));
    } finally {
      pack.users -= 1;
      if (pack.users === 0) {
        this.#packs.delete(hash);
        await pack.folder.then(remove, () => {});
      }
    }
  }

  /** Where /tmp is read-only or full, the next place may do: it is often a small one, in memory. */
  async #make(hash: ContentHash): Promise<string> {
    let problem: unknown;
    for (const parent of new Set([tmpdir(), '/var/tmp'])) {
      let folder: string | null = null;
      try {
        folder = await mkdtemp(join(parent, 'labsweep-pack-'));
        await packFile(this.#store, hash, join(folder, 'pack'));
        return folder;
      } catch (error) {
        if (folder !== null) await remove(folder);
        if (!isOfDisk(error)) throw error;
        problem = error;
      }
    }
    throw new Error(
      `this machine cannot pack in ${tmpdir()} what is sent to hosts: it is full or may not be written; ` +
        'set TMPDIR to another folder',
      { cause: problem },
    );
  }
}

const isOfDisk = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^(ENOSPC|EDQUOT|EROFS|EACCES|ENOENT)$/.test(String(error.code));

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
