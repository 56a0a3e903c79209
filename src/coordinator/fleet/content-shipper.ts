import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFile } from '../../content/pack.ts';
import { contentHash } from '../../model/ids.ts';
import type { Launch } from '../../model/launch.ts';
import type { FromAgent, ToAgent } from '../../protocol/messages.ts';
import type { Transport } from '../transport/transport.ts';

type ContentAnswer = Extract<FromAgent, { kind: 'content' }>;

/** Sees to it that a host has the folders that a launch needs: asks, packs what is missing, puts, has it unpacked. */
export class ContentShipper {
  readonly #host: { readonly transport: Transport; readonly folder: string; readonly store: string };
  readonly #send: (message: ToAgent) => void;
  readonly #waiting = new Map<string, ((answer: ContentAnswer) => void)[]>();

  constructor(
    host: { readonly transport: Transport; readonly folder: string; readonly store: string },
    send: (message: ToAgent) => void,
  ) {
    this.#host = host;
    this.#send = send;
  }

  /** Null when all is there, else why not, in a sentence. */
  async ship(spec: Launch): Promise<string | null> {
    const hashes = [spec.files, spec.data?.kind === 'content' ? spec.data.hash : null];
    const problems = await Promise.all(
      hashes.filter((hash) => hash !== null).map((hash) => this.#bring(hash)),
    );
    return problems.find((problem) => problem !== null) ?? null;
  }

  answered(answer: ContentAnswer): void {
    for (const resolve of this.#waiting.get(answer.hash) ?? []) resolve(answer);
    this.#waiting.delete(answer.hash);
  }

  /** The connection is gone: nobody will answer. */
  interrupted(): void {
    for (const hash of this.#waiting.keys())
      this.answered({ kind: 'content', hash, present: false, problem: 'the connection was cut' });
  }

  async #bring(hash: string): Promise<string | null> {
    const held = await this.#ask({ kind: 'content', hashes: [hash] }, hash);
    if (held.present) return null;
    if (held.problem !== null) return held.problem;
    try {
      const path = await this.#put(hash);
      return (await this.#ask({ kind: 'unpack', hash, path }, hash)).problem;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #put(hash: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'labsweep-pack-'));
    try {
      const pack = join(folder, 'pack');
      await packFile(this.#host.store, contentHash(hash), pack);
      const path = join(this.#host.folder, 'incoming', `${hash}-${randomBytes(4).toString('hex')}`);
      await this.#host.transport.put(pack, path);
      return path;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #ask(message: ToAgent, hash: string): Promise<ContentAnswer> {
    return new Promise((resolve) => {
      this.#waiting.set(hash, [...(this.#waiting.get(hash) ?? []), resolve]);
      this.#send(message);
    });
  }
}
