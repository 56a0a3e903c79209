import { type AgentLog, describeError } from '../agent-log.ts';
import type { JournalRecord } from '../core/journal-record.ts';
import { Journal } from './journal.ts';

/** A journal is compacted when it has grown by this and four times what it was: the next agent reads all of it. */
const longBytes = 32 * 1024 * 1024;

/** A journal that is written anew, with no more than what still holds, whenever it has become long. */
export class CompactedJournal {
  readonly #path: string;
  readonly #whatHolds: () => Iterable<JournalRecord>;
  readonly #log: AgentLog;
  #journal: Journal;
  /** The journal's size after it was compacted last. */
  #compactBytes = 0;

  /** @param sizeBytes of what was read of the journal at `path` */
  constructor(path: string, sizeBytes: number, whatHolds: () => Iterable<JournalRecord>, log: AgentLog) {
    this.#path = path;
    this.#whatHolds = whatHolds;
    this.#log = log;
    this.#journal = Journal.goOn(path, sizeBytes);
    this.#compact();
  }

  /** @throws the system's error when the disk takes no more; nothing counts as written then */
  append(records: readonly JournalRecord[]): void {
    this.#journal.append(records);
  }

  /** Returns once all of it has reached the disk. */
  sync(): void {
    this.#journal.sync();
  }

  compactIfLong(): void {
    if (this.#journal.size < longBytes + 4 * this.#compactBytes) return;
    this.#compact();
    this.#compactBytes = this.#journal.size;
  }

  /** What holds is written down anew where the journal was taken away. @param mayAct not over that of another agent */
  lookAfter(mayAct: () => boolean): void {
    if (this.#journal.isThere || !mayAct()) return;
    this.#compact();
    if (this.#journal.isThere) this.#log.write('its journal was gone, and is there again');
  }

  /** Where there is no room for a second one, the long one goes on, and is compacted once there is. */
  #compact(): void {
    try {
      const long = this.#journal;
      this.#journal = Journal.rewrite(this.#path, this.#whatHolds());
      long.close();
      this.#compactBytes = this.#journal.size;
    } catch (error) {
      this.#log.write(`the journal cannot be compacted: ${describeError(error)}`);
    }
  }

  close(): void {
    this.#journal.close();
  }
}
