import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { syncFolder } from '../../content/tree.ts';
import type { Artifact } from '../../model/attempt-end.ts';
import type { AttemptId } from '../../model/ids.ts';
import { type FileReader, FileUnreadable } from './file-reader.ts';
import { Interrupted } from './replies.ts';

export type Fetched = { readonly kind: 'fetched' } | { readonly kind: 'gone'; readonly because: string };

/** Brings artifacts over one connection, one after the other. What a cut leaves is asked for again over the next. */
export class ArtifactFetcher {
  readonly #reader: FileReader;
  readonly #folderOf: (attempt: AttemptId) => string;
  readonly #done: (attempt: AttemptId, path: string, fetched: Fetched) => void;
  readonly #queue: { readonly attempt: AttemptId; readonly artifact: Artifact }[] = [];
  #running = false;

  constructor(
    reader: FileReader,
    folderOf: (attempt: AttemptId) => string,
    done: (attempt: AttemptId, path: string, fetched: Fetched) => void,
  ) {
    this.#reader = reader;
    this.#folderOf = folderOf;
    this.#done = done;
  }

  fetch(attempt: AttemptId, artifacts: readonly Artifact[]): void {
    this.#queue.push(...artifacts.map((artifact) => ({ attempt, artifact })));
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        this.#done(next.attempt, next.artifact.path, await this.#bring(next.attempt, next.artifact));
      } catch (error) {
        if (error instanceof Interrupted) return;
        this.#done(next.attempt, next.artifact.path, { kind: 'gone', because: reasonOf(error) });
      }
    }
    this.#running = false;
  }

  async #bring(attempt: AttemptId, { path, sizeBytes, sha256 }: Artifact): Promise<Fetched> {
    const file = insideOf(this.#folderOf(attempt), path);
    if (file === null) return { kind: 'gone', because: `${path} leaves the folder of artifacts` };
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.part`;
    const hash = createHash('sha256');
    const output = await open(part, 'w', 0o600);
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

const reasonOf = (error: unknown): string =>
  error instanceof FileUnreadable ? error.message : String(error);

/** A file below a folder, or null: a host is trusted with results, not with the files of this machine (P9). */
export function insideOf(folder: string, path: string): string | null {
  const inner = normalize(path);
  return inner.startsWith('..') || inner.startsWith('/') ? null : join(folder, inner);
}
