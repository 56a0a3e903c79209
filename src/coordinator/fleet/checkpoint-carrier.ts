/** The way of a checkpoint from one host to another: through this machine, as a pack that the other end verifies. */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import PQueue from 'p-queue';
import type { TrialId } from '../../model/ids.ts';
import type { Checkpoints } from './checkpoints.ts';
import { FileUnreadable } from './file-reader.ts';
import { Interrupted } from './replies.ts';

/** Each may be 2 GiB on this machine's disk. */
const atOnce = 2;

export interface Way {
  readonly from: Checkpoints;
  readonly to: Checkpoints;
}

/** Null where it has arrived; else which end has the problem, and a sentence. */
export type Obstacle = { readonly at: 'from' | 'to'; readonly because: string } | null;

export class CheckpointCarrier {
  readonly #folder: string;
  readonly #queue = new PQueue({ concurrency: atOnce });

  /** @param folder on this machine, for the packs; emptied, since a coordinator before may have been killed */
  constructor(folder: string) {
    this.#folder = folder;
    rmSync(folder, { recursive: true, force: true });
  }

  /**
   * @param isOpen whether both connections are still in use: that one was cut is told by itself, and in its own time
   * @returns undefined where one is not
   */
  carry(trial: TrialId, way: Way, withinMs: number, isOpen: () => boolean): Promise<Obstacle | undefined> {
    return this.#queue.add(async () => {
      if (!isOpen()) return undefined;
      const late = Promise.withResolvers<Obstacle>();
      const signal = AbortSignal.timeout(withinMs);
      const because = 'its checkpoint took longer to come than it had taken to be made';
      signal.addEventListener('abort', () => late.resolve({ at: 'to', because }));
      const obstacle = await Promise.race([this.#carry(trial, way, signal), late.promise]);
      return isOpen() ? obstacle : undefined;
    });
  }

  /** What waits for its turn is not begun. */
  close(): void {
    this.#queue.clear();
  }

  async #carry(trial: TrialId, { from, to }: Way, signal: AbortSignal): Promise<Obstacle | undefined> {
    let folder: string | null = null;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      folder = await mkdtemp(join(this.#folder, 'pack-'));
      const file = join(folder, 'pack');
      const hash = await from.pack(trial, file, signal);
      const because = await to.restore(trial, hash, file, signal);
      return because === null ? null : { at: 'to', because };
    } catch (error) {
      if (error instanceof Interrupted) return undefined;
      const because = error instanceof Error ? error.message : String(error);
      return { at: error instanceof FileUnreadable ? 'from' : 'to', because };
    } finally {
      if (folder !== null) await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }
}
