import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { keptHash } from '../../content/kept-folder.ts';
import { packKept } from '../../content/pack.ts';
import type { ContentHash, TrialId } from '../../model/ids.ts';
import type { KeptFolder } from '../../model/kept-folder.ts';
import { formatSize } from '../../model/size.ts';
import { type HostSaid, mostCheckpointBytes, type ToAgent } from '../../protocol/messages.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { type FileReader, FileUnreadable } from './file-reader.ts';
import { withRemedy } from './no-room.ts';
import { Interrupted, Replies } from './replies.ts';

export type CheckpointAnswer = Extract<HostSaid, { kind: 'checkpoint' | 'checkpoint-restored' }>;
type Answer<Kind extends CheckpointAnswer['kind']> = Extract<CheckpointAnswer, { kind: Kind }>;

export interface CheckpointHost {
  readonly transport: Transport;
  /** labsweep's folder on the host, absolute. */
  readonly folder: string;
  /** Names what is on its way: another ledger may send to the same folder. */
  readonly ledger: string;
}

const cutToldMs = 1_000;

/** What lies on one host for the next attempts of trials, over one connection. */
export class Checkpoints {
  readonly #host: CheckpointHost;
  readonly #reader: FileReader;
  readonly #send: (message: ToAgent) => void;
  readonly #listed = new Replies<Answer<'checkpoint'>>();
  readonly #restored = new Replies<Answer<'checkpoint-restored'>>();
  #isInterrupted = false;

  constructor(host: CheckpointHost, reader: FileReader, send: (message: ToAgent) => void) {
    this.#host = host;
    this.#reader = reader;
    this.#send = send;
  }

  /** Packs a trial's into a file here. @returns its hash. @throws FileUnreadable, Interrupted, the system's error */
  async pack(trial: TrialId, file: string, signal: AbortSignal): Promise<ContentHash> {
    const ask = (): void => this.#send({ kind: 'list-checkpoint', trial });
    const { kept, problem } = await this.#listed.to(trial, ask);
    if (problem !== null) throw new FileUnreadable(problem);
    if (kept.files.length === 0) throw new FileUnreadable('there is no checkpoint');
    requireModest(kept);
    const sizes = new Map(kept.files.map(({ path, size }) => [path, size]));
    const contentOf = (path: string): Readable =>
      Readable.from(this.#reader.read({ kind: 'checkpoint', trial }, path, sizes.get(path) ?? 0), { signal });
    await packKept(kept, contentOf, file);
    return keptHash(kept);
  }

  /** Puts a packed one in the place of a trial's own. @returns why not, or null. @throws TransportError, Interrupted */
  async restore(
    trial: TrialId,
    hash: ContentHash,
    file: string,
    signal: AbortSignal,
  ): Promise<string | null> {
    const { folder, ledger } = this.#host;
    // Two trials may have left the same.
    const path = `${folder}/incoming/${hash}-${trial}-${ledger}`;
    await this.#put(file, path, signal);
    const ask = (): void => this.#send({ kind: 'restore-checkpoint', trial, hash, path });
    const { problem } = await this.#restored.to(trial, ask);
    return problem === null ? null : withRemedy(problem, folder, null);
  }

  answered(answer: CheckpointAnswer): void {
    if (answer.kind === 'checkpoint') this.#listed.came(answer.trial, answer);
    else this.#restored.came(answer.trial, answer);
  }

  /** Nobody will answer, now or later. */
  interrupted(): void {
    this.#isInterrupted = true;
    this.#listed.interrupted();
    this.#restored.interrupted();
  }

  /** Goes on where it was cut, for as long as the agent is still heard. */
  async #put(file: string, path: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return await this.#host.transport.put(file, path);
      } catch (error) {
        if (!(error instanceof TransportError) || error.kind !== 'cut') throw error;
        await delay(cutToldMs, null, { signal, ref: false });
        if (this.#isInterrupted) throw new Interrupted();
      }
    }
  }
}

/** A host's word is not trusted with this machine's disk. */
function requireModest({ files }: KeptFolder): void {
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > mostCheckpointBytes)
    throw new FileUnreadable(
      `its checkpoint is ${formatSize(bytes)}, and ${formatSize(mostCheckpointBytes)} is the most that is carried`,
    );
}
