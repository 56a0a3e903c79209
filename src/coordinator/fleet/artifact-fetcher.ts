import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../content/tree.ts';
import type { Artifact } from '../../model/result/attempt-end.ts';
import type { AttemptId } from '../../model/ids.ts';
import { placeFor } from './artifact-files.ts';
import type { FileReader } from './file-reader.ts';
import { Interrupted } from './replies.ts';

export type Fetched = { readonly kind: 'fetched' } | { readonly kind: 'gone'; readonly because: string };

/** Files that are written at once: a disk takes the syncs of several together, and of 20,000 small files little else. */
const atOnce = 8;

/** Brings artifacts over one connection. What a cut leaves is asked for again over the next. */
export class ArtifactFetcher {
  readonly #reader: FileReader;
  readonly #folderOf: (attempt: AttemptId) => string;
  readonly #parts: string;
  readonly #done: (attempt: AttemptId, path: string, fetched: Fetched) => void;
  readonly #queue: { readonly attempt: AttemptId; readonly artifact: Artifact }[] = [];
  #running = 0;

  /** @param parts a folder on the same disk for what is on its way */
  constructor(
    reader: FileReader,
    folderOf: (attempt: AttemptId) => string,
    parts: string,
    done: (attempt: AttemptId, path: string, fetched: Fetched) => void,
  ) {
    this.#reader = reader;
    this.#folderOf = folderOf;
    this.#parts = parts;
    this.#done = done;
  }

  fetch(attempt: AttemptId, artifacts: readonly Artifact[]): void {
    this.#queue.push(...artifacts.map((artifact) => ({ attempt, artifact })));
    while (this.#running < Math.min(atOnce, this.#queue.length)) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running += 1;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        this.#done(next.attempt, next.artifact.path, await this.#bring(next.attempt, next.artifact));
      } catch (error) {
        if (error instanceof Interrupted) return;
        this.#done(next.attempt, next.artifact.path, { kind: 'gone', because: reasonOf(error) });
      }
    }
    this.#running -= 1;
  }

  /** Under a name of its own until it is whole: any name below the attempt's folder may be another artifact's. */
  async #bring(attempt: AttemptId, { path, sizeBytes, sha256 }: Artifact): Promise<Fetched> {
    const file = placeFor(this.#folderOf(attempt), path);
    await mkdir(this.#parts, { recursive: true, mode: 0o700 });
    const part = join(this.#parts, randomBytes(8).toString('hex'));
    const hash = createHash('sha256');
    const output = await open(part, 'wx', 0o600);
    try {
      for await (const bytes of this.#reader.read({ kind: 'artifacts', attempt }, path, sizeBytes)) {
        hash.update(bytes);
        await output.writeFile(bytes);
      }
      if (hash.digest('hex') !== sha256)
        return { kind: 'gone', because: 'it changed after the trial had ended' };
      // That it has come is an event, after which nobody asks for it again.
      await output.sync();
      await rename(part, file);
      await syncFolder(dirname(file));
      return { kind: 'fetched' };
    } finally {
      await output.close();
      await rm(part, { force: true });
    }
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
