import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { Artifact } from '../../model/attempt-end.ts';
import type { AttemptId } from '../../model/ids.ts';
import type { FromAgent, ToAgent } from '../../protocol/messages.ts';

type Chunk = Extract<FromAgent, { kind: 'artifact' }>;

export type Fetched = { readonly kind: 'fetched' } | { readonly kind: 'gone'; readonly because: string };

/** The connection went while a file was on its way: it is asked for again over the next one. */
class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Brings files from a host, one after the other and chunk by chunk, so that a large one keeps no message waiting. */
export class ArtifactFetcher {
  readonly #send: (message: ToAgent) => void;
  readonly #folderOf: (attempt: AttemptId) => string;
  readonly #done: (attempt: AttemptId, path: string, fetched: Fetched) => void;
  #queue: { readonly attempt: AttemptId; readonly artifact: Artifact }[] = [];
  #running = false;
  #waiting: { resolve: (chunk: Chunk) => void; reject: (error: Interrupted) => void } | null = null;

  constructor(
    send: (message: ToAgent) => void,
    folderOf: (attempt: AttemptId) => string,
    done: (attempt: AttemptId, path: string, fetched: Fetched) => void,
  ) {
    this.#send = send;
    this.#folderOf = folderOf;
    this.#done = done;
  }

  fetch(attempt: AttemptId, artifacts: readonly Artifact[]): void {
    this.#queue.push(...artifacts.map((artifact) => ({ attempt, artifact })));
    if (!this.#running) void this.#run();
  }

  answered(chunk: Chunk): void {
    this.#waiting?.resolve(chunk);
  }

  interrupted(): void {
    this.#queue = [];
    this.#waiting?.reject(new Interrupted('the connection was cut'));
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        this.#done(next.attempt, next.artifact.path, await this.#bring(next.attempt, next.artifact));
      } catch (error) {
        if (!(error instanceof Interrupted))
          this.#done(next.attempt, next.artifact.path, { kind: 'gone', because: String(error) });
      }
    }
    this.#running = false;
  }

  async #bring(attempt: AttemptId, { path, sha256 }: Artifact): Promise<Fetched> {
    const file = insideOf(this.#folderOf(attempt), path);
    if (file === null) return { kind: 'gone', because: `${path} leaves the folder of artifacts` };
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const part = `${file}.part`;
    const hash = createHash('sha256');
    const output = await open(part, 'w', 0o600);
    try {
      for (let offset = 0, complete = false; !complete; ) {
        const chunk = await this.#ask({ kind: 'read-artifact', attempt, path, offset });
        if (chunk.problem !== null) return { kind: 'gone', because: chunk.problem };
        const bytes = Buffer.from(chunk.base64, 'base64');
        hash.update(bytes);
        await output.writeFile(bytes);
        offset += bytes.length;
        complete = chunk.complete;
      }
      if (hash.digest('hex') !== sha256)
        return { kind: 'gone', because: 'it changed after the trial had ended' };
      await rename(part, file);
      return { kind: 'fetched' };
    } finally {
      await output.close();
      await rm(part, { force: true });
    }
  }

  #ask(message: ToAgent): Promise<Chunk> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#send(message);
    });
  }
}

/** A file below a folder, or null: a host is trusted with results, not with the files of this machine (P9). */
export function insideOf(folder: string, path: string): string | null {
  const inner = normalize(path);
  return inner.startsWith('..') || inner.startsWith('/') ? null : join(folder, inner);
}
