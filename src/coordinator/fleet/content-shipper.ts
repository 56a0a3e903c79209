import { stat } from 'node:fs/promises';
import type { ContentHash } from '../../model/ids.ts';
import type { HostSaid, ToAgent } from '../../protocol/messages.ts';
import type { Transport } from '../transport/transport.ts';
import { folderTurns } from './folder-turns.ts';
import { withRemedy } from './no-room.ts';
import type { Packs } from './packs.ts';
import { sendingText } from './sending-text.ts';

type ContentAnswer = Extract<HostSaid, { kind: 'content' }>;

export interface ShippedTo {
  readonly transport: Transport;
  /** labsweep's folder on the host, absolute, and the id that it has on every host that shares it. */
  readonly folder: string;
  readonly folderId: string;
  /** What was free there when it was entered; null where that is not known. */
  readonly freeKib: number | null;
  /** Names what is on its way: another ledger may ship the same to the same folder. */
  readonly ledger: string;
  readonly packs: Packs;
}

/** Sees to it that a host has folders of the content store: asks, packs what is missing, puts, has it unpacked. */
export class ContentShipper {
  readonly #to: ShippedTo;
  readonly #send: (message: ToAgent) => void;
  readonly #doing: (what: string) => void;
  readonly #waiting = new Map<ContentHash, ((answer: ContentAnswer) => void)[]>();
  #isInterrupted = false;

  /** @param doing hears what goes on, for people */
  constructor(to: ShippedTo, send: (message: ToAgent) => void, doing: (what: string) => void = () => {}) {
    this.#to = to;
    this.#send = send;
    this.#doing = doing;
  }

  /** Null when all is there, else why not, in a sentence. */
  async ship(hashes: readonly ContentHash[]): Promise<string | null> {
    const problems = await Promise.all(hashes.map((hash) => this.#bring(hash)));
    return problems.find((problem) => problem !== null) ?? null;
  }

  answered(answer: ContentAnswer): void {
    for (const resolve of this.#waiting.get(answer.hash) ?? []) resolve(answer);
    this.#waiting.delete(answer.hash);
  }

  /** The connection is gone: nobody will answer, now or later. */
  interrupted(): void {
    this.#isInterrupted = true;
    for (const hash of this.#waiting.keys()) this.answered(unanswered(hash));
  }

  /** Hosts of one folder ask one after the other, so that the second finds what the first was sent. */
  #bring(hash: ContentHash): Promise<string | null> {
    return folderTurns.take(`${this.#to.folderId} ${hash}`, async () => {
      const held = await this.#ask({ kind: 'content', hashes: [hash] }, hash);
      if (held.present || held.problem !== null) return held.problem;
      const problem = await this.#deliver(hash).catch(messageOf);
      return problem === null ? null : withRemedy(problem, this.#to.folder, this.#to.freeKib);
    });
  }

  async #deliver(hash: ContentHash): Promise<string | null> {
    const path = await this.#put(hash);
    return (await this.#ask({ kind: 'unpack', hash, path }, hash)).problem;
  }

  /** Under a name that stays, so that what was cut goes on where it stopped. */
  #put(hash: ContentHash): Promise<string> {
    const { packs, folder, ledger, transport } = this.#to;
    const path = `${folder}/incoming/${hash}-${ledger}`;
    return packs.with(hash, async (file) => {
      const { size } = await stat(file);
      await transport.put(file, path, (bytes) => this.#doing(sendingText('files', bytes, size)));
      return path;
    });
  }

  #ask(message: ToAgent, hash: ContentHash): Promise<ContentAnswer> {
    if (this.#isInterrupted) return Promise.resolve(unanswered(hash));
    return new Promise((resolve) => {
      this.#waiting.set(hash, [...(this.#waiting.get(hash) ?? []), resolve]);
      this.#send(message);
    });
  }
}

const unanswered = (hash: ContentHash): ContentAnswer => ({
  kind: 'content',
  hash,
  present: false,
  problem: 'the connection was cut',
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
