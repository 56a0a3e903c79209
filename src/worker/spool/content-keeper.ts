/**
 * Content as this host may use it. Every file of it was synced before its `.ready` came, but not every disk, and no
 * network file system, keeps what it was told to keep when the power fails; and root writes into what is read-only. So the
 * files are held against their hashes once a boot, and as soon as their sizes, times or inodes are not those that they had
 * then.
 *
 * What is too large to be a program's files is a data set, or an engine: millions of files may be in it, and no trial
 * is given a copy of them. It is held against its hashes in its first boot after the one in which it came, as all content
 * was before.
 */
import { rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { chunksOf } from '../../content/hash-file.ts';
import { maxProgramBytes } from '../../content/read-manifest.ts';
import { renewContent } from '../../content/snapshot.ts';
import {
  contentPath,
  discardContent,
  hasContent,
  storedManifest,
  verifyContent,
} from '../../content/store.ts';
import { type Unpacked, unpackFile } from '../../content/unpack.ts';
import type { ContentHash } from '../../model/ids.ts';
import { inSlices } from '../supervisor/in-slices.ts';
import { copies } from '../supervisor/copies-here.ts';

/** This machine, in this boot. */
export interface Boot {
  readonly machine: string;
  readonly bootId: string;
}

/**
 * Beside the `.ready`. `bootId` null: it was sound in a boot after the one in which it was written. `print` null: it is too
 * large for one; none: an agent has written this that knew of none.
 */
const writtenSchema = z.object({
  machine: z.string(),
  bootId: z.string().nullable(),
  print: z.string().nullable().optional(),
});
type Written = z.infer<typeof writtenSchema>;

/** Content that may be used. `print` is null for what is large. */
export interface Sound {
  readonly print: string | null;
}

export class ContentKeeper {
  readonly #store: string;
  readonly #boot: Boot;
  /** What is asked of each content, one after the other; and what was found sound, with its print. */
  readonly #asked = new Map<ContentHash, Promise<unknown>>();
  readonly #sound = new Map<ContentHash, Sound>();

  constructor(store: string, boot: Boot) {
    this.#store = store;
    this.#boot = boot;
  }

  /** What was found sound in this life of the agent; null where that is nothing, or nobody has looked. */
  foundSound(hash: ContentHash): Sound | null {
    return this.#sound.get(hash) ?? null;
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
      if (unpacked.kind === 'stored' && !wasThere) {
        const { machine, bootId } = this.#boot;
        const print = await this.#printNow(hash, await this.#isLarge(hash));
        await this.#note(hash, { machine, bootId, print });
      }
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
    const isSound = (await hasContent(this.#store, hash)) && (await this.#isSound(hash));
    if (!isSound) this.#sound.delete(hash);
    return isSound;
  }

  async #isSound(hash: ContentHash): Promise<boolean> {
    const written = await this.#written(hash);
    const isLarge = written?.print === undefined ? await this.#isLarge(hash) : written.print === null;
    if (isLarge && this.#sound.has(hash)) return true;
    const print = await this.#printNow(hash, isLarge);
    if (written !== null && this.#isOfThisBoot(written, isLarge) && (isLarge || written.print === print)) {
      this.#sound.set(hash, { print });
      return true;
    }
    const found = await this.#verify(hash);
    if (found === 'discarded') return false;
    // The print is of before they were read: what is written to them meanwhile makes it another.
    await this.#note(hash, {
      machine: this.#boot.machine,
      bootId: isLarge ? null : this.#boot.bootId,
      print: found === 'sound' ? print : await this.#printNow(hash, isLarge),
    });
    return true;
  }

  /** What another machine wrote lies on a file server, whose power has not failed with this one's. */
  #isOfThisBoot({ machine, bootId }: Written, isLarge: boolean): boolean {
    return machine !== this.#boot.machine || bootId === this.#boot.bootId || (isLarge && bootId === null);
  }

  /** Holds it against its hashes. What was written among its files is taken out; where they have changed, all of it is. */
  async #verify(hash: ContentHash): Promise<'sound' | 'renewed' | 'discarded'> {
    try {
      if ((await verifyContent(this.#store, hash)).length === 0) return 'sound';
      if (await renewContent(this.#store, hash)) return 'renewed';
    } catch {
      // It cannot be read, or not be written: it comes again.
    }
    await discardContent(this.#store, hash);
    return 'discarded';
  }

  async #written(hash: ContentHash): Promise<Written | null> {
    try {
      return writtenSchema.parse(JSON.parse(await textOf(this.#path(hash))));
    } catch {
      return null;
    }
  }

  async #isLarge(hash: ContentHash): Promise<boolean> {
    try {
      const manifest = await storedManifest(this.#store, hash);
      return manifest.reduce((bytes, { size }) => bytes + size, 0) > maxProgramBytes;
    } catch {
      return false; // it is held against it, and taken away
    }
  }

  /** Null for what is large. */
  async #printNow(hash: ContentHash, isLarge: boolean): Promise<string | null> {
    return isLarge ? null : inSlices(copies.print(contentPath(this.#store, hash))).catch(() => 'unreadable');
  }

  /** Where it cannot be noted, the next agent looks again. */
  async #note(hash: ContentHash, written: Written & { readonly print: string | null }): Promise<void> {
    this.#sound.set(hash, { print: written.print });
    const path = this.#path(hash);
    const next = `${path}.${this.#boot.machine}`;
    try {
      await rm(next, { recursive: true, force: true });
      await writeFile(next, JSON.stringify(written), { flag: 'wx', mode: 0o600 });
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
