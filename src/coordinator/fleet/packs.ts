import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFile } from '../../content/pack.ts';
import { contentHash } from '../../model/ids.ts';

interface Pack {
  readonly folder: Promise<string>;
  users: number;
}

/** Content packed for shipping: once for all hosts that get it at the same time, and gone with the last of them. */
export class Packs {
  readonly #store: string;
  readonly #packs = new Map<string, Pack>();

  constructor(store: string) {
    this.#store = store;
  }

  /** Hands the file of a pack to `use`. @throws the content room's errors */
  async with<T>(hash: string, use: (file: string) => Promise<T>): Promise<T> {
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

  async #make(hash: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'labsweep-pack-'));
    try {
      await packFile(this.#store, contentHash(hash), join(folder, 'pack'));
      return folder;
    } catch (error) {
      await remove(folder);
      throw error;
    }
  }
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
