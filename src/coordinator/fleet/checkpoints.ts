/** The way of a checkpoint from one host to another: through this machine, as a pack that the other end verifies. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { manifestHash } from '../../content/manifest.ts';
import { packFolder } from '../../content/pack.ts';
import type { ContentHash, TrialId } from '../../model/ids.ts';
import type { FromAgent, ToAgent } from '../../protocol/messages.ts';
import type { Transport } from '../transport/transport.ts';
import type { FileReader } from './file-reader.ts';
import { withRemedy } from './no-room.ts';
import { Replies } from './replies.ts';

export type CheckpointAnswer = Extract<FromAgent, { kind: 'checkpoint' | 'checkpoint-restored' }>;
type Answer<Kind extends CheckpointAnswer['kind']> = Extract<CheckpointAnswer, { kind: Kind }>;

export interface CheckpointHost {
  readonly transport: Transport;
  /** labsweep's folder on the host, absolute. */
  readonly folder: string;
  /** Names what is on its way: another ledger may send to the same folder. */
  readonly ledger: string;
}

/** What lies on one host for the next attempts of trials, over one connection. */
export class Checkpoints {
  readonly #host: CheckpointHost;
  readonly #reader: FileReader;
  readonly #send: (message: ToAgent) => void;
  readonly #listed = new Replies<Answer<'checkpoint'>>();
  readonly #restored = new Replies<Answer<'checkpoint-restored'>>();

  constructor(host: CheckpointHost, reader: FileReader, send: (message: ToAgent) => void) {
    this.#host = host;
    this.#reader = reader;
    this.#send = send;
  }

  /** Packs a trial's into a file here. @returns its hash; or why not. @throws FileUnreadable, Interrupted */
  async pack(trial: TrialId, file: string): Promise<{ hash: ContentHash } | { problem: string }> {
    const ask = (): void => this.#send({ kind: 'list-checkpoint', trial });
    const { manifest, problem } = await this.#listed.to(trial, ask);
    if (problem !== null) return { problem };
    if (manifest.length === 0) return { problem: 'there is none' };
    const contentOf = (path: string): Readable =>
      Readable.from(this.#reader.read({ kind: 'checkpoint', trial }, path));
    await packFolder(manifest, contentOf, file);
    return { hash: manifestHash(manifest) };
  }

  /** Puts a packed one in the place of a trial's own. @returns why not, or null. @throws TransportError, Interrupted */
  async restore(trial: TrialId, hash: ContentHash, file: string): Promise<string | null> {
    const { transport, folder, ledger } = this.#host;
    const path = `${folder}/incoming/${hash}-${ledger}`;
    await transport.put(file, path);
    const ask = (): void => this.#send({ kind: 'restore-checkpoint', trial, hash, path });
    const { problem } = await this.#restored.to(trial, ask);
    return problem === null ? null : withRemedy(problem, folder);
  }

  answered(answer: CheckpointAnswer): void {
    if (answer.kind === 'checkpoint') this.#listed.came(answer.trial, answer);
    else this.#restored.came(answer.trial, answer);
  }

  interrupted(): void {
    this.#listed.interrupted();
    this.#restored.interrupted();
  }
}

/** @returns why it stays where it is; null where all of it has arrived. Never rejects. */
export async function carryCheckpoint(
  trial: TrialId,
  from: Checkpoints,
  to: Checkpoints,
): Promise<string | null> {
  try {
    const folder = await mkdtemp(join(tmpdir(), 'labsweep-checkpoint-'));
    const file = join(folder, 'pack');
    try {
      const packed = await from.pack(trial, file);
      return 'problem' in packed ? packed.problem : await to.restore(trial, packed.hash, file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
