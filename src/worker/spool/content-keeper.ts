/**
 * Content as this host may use it. Every file of it was synced before its `.ready` came, but not every disk, and no
 * network file system, keeps what it was told to keep when the power fails: what this machine wrote in an earlier boot is
 * held against its hashes once, before it counts again.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { chunksOf } from '../../content/hash-file.ts';
import { contentPath, discardContent, hasContent, verifyContent } from '../../content/store.ts';
import { type Unpacked, unpackFile } from '../../content/unpack.ts';
import type { ContentHash } from '../../model/ids.ts';

/** This machine, in this boot. */
export interface Boot {
  readonly machine: string;
  readonly bootId: string;
}

/** Beside the `.ready`. `bootId` null: it was sound in a boot after the one in which it was written. */
const writtenSchema = z.object({ machine: z.string(), bootId: z.string().nullable() });

export class ContentKeeper {
  readonly #store: string;
  readonly #boot: Boot;
  /** What is asked of each content, one after the other; and what was found sound. */
  readonly #asked = new Map<ContentHash, Promise<unknown>>();
  readonly #sound = new Set<ContentHash>();

  constructor(store: string, boot: Boot) {
    this.#store = store;
    this.#boot = boot;
  }

  /** Whether it is there, whole. What is not is taken away. */
  has(hash: ContentHash): Promise<boolean> {
    return this.#inTurn(hash, () => this.#look(hash));
  }

  /** The pack in a file; see `unpack`. */
  unpack(hash: ContentHash, path: string): Promise<Unpacked> {
    return this.#inTurn(hash, async () => {
      const wasThere = await hasContent(this.#store, hash);
      const unpacked = await unpackFile(this.#store, hash, path);
      if (unpacked.kind === 'stored' && !wasThere) await this.#note(hash, this.#boot.bootId);
      return unpacked;
    });
  }

  #inTurn<T>(hash: ContentHash, act: () => Promise<T>): Promise<T> {
    const turn = (this.#asked.get(hash) ?? Promise.resolve()).then(act);
    this.#asked.set(
      hash,
      turn.catch(() => {}),
    );
    return turn;
  }

  async #look(hash: ContentHash): Promise<boolean> {
    if (!(await hasContent(this.#store, hash))) return false;
    if (this.#sound.has(hash) || (await this.#isTrusted(hash))) return true;
    const isSound = await verifyContent(this.#store, hash).then(
      (differences) => differences.length === 0,
      () => false,
    );
    if (isSound) await this.#note(hash, null);
    else await discardContent(this.#store, hash);
    return isSound;
  }

  /** What another machine wrote lies on a file server, whose power has not failed with this one's. */
  async #isTrusted(hash: ContentHash): Promise<boolean> {
    try {
      const { machine, bootId } = writtenSchema.parse(JSON.parse(await textOf(this.#path(hash))));
      return bootId === null || machine !== this.#boot.machine || bootId === this.#boot.bootId;
    } catch {
      return false;
    }
  }

  /** Where it cannot be noted, the next agent looks again. */
  async #note(hash: ContentHash, bootId: string | null): Promise<void> {
    this.#sound.add(hash);
    const path = this.#path(hash);
    const next = `${path}.${this.#boot.machine}`;
    try {
      await rm(next, { recursive: true, force: true });
      await writeFile(next, JSON.stringify({ machine: this.#boot.machine, bootId }), {
        flag: 'wx',
        mode: 0o600,
      });
      await rename(next, path);
    } catch {
      await rm(next, { force: true }).catch(() => {});
    }
  }

  #path(hash: ContentHash): string {
    return `${contentPath(this.#store, hash)}.written`;
  }
}

async function textOf(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of chunksOf(path)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
