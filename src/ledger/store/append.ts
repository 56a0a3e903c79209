/** How events and metrics lines are added to an open ledger. The transaction is the caller's. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type LedgerEvent, ledgerEventSchema } from '../events.ts';
import type { MetricsBatch } from '../metrics-batch.ts';
import { type ChainHead, chainHash } from './chain.ts';
import { LedgerEventError } from './errors.ts';

/** What a commit, and the lines of an attempt, add to the WAL beside their text: the pages that lead to it. */
const pagesOfCommit = 4 * 4096;
const pagesOfLines = 2 * 4096;

export class Appender {
  /** About how much was added, with the pages around it. */
  bytes = 0;
  readonly #addEvent: StatementSync;
  readonly #addLine: StatementSync;
  readonly #setHead: StatementSync;

  constructor(db: DatabaseSync) {
    this.#addEvent = db.prepare('INSERT INTO events (seq, payload, hash) VALUES (?, ?, ?)');
    this.#setHead = db.prepare('INSERT OR REPLACE INTO head (id, seq, hash) VALUES (1, ?, ?)');
    this.#addLine = db.prepare('INSERT OR IGNORE INTO metrics (attempt, line, payload) VALUES (?, ?, ?)');
  }

  /** @returns the head from then on */
  add(head: ChainHead, payloads: readonly string[], metrics: readonly MetricsBatch[]): ChainHead {
    this.bytes += pagesOfCommit;
    let { seq, hash } = head;
    for (const payload of payloads) {
      seq += 1;
      hash = chainHash(hash, payload);
      this.#addEvent.run(seq, payload, hash);
      this.bytes += payload.length;
    }
    if (payloads.length > 0) this.#setHead.run(seq, hash);
    for (const batch of metrics) this.#addLines(batch);
    return { seq, hash };
  }

  #addLines(batch: MetricsBatch): void {
    this.bytes += pagesOfLines;
    batch.lines.forEach((line, index) => {
      const payload = JSON.stringify(line);
      this.bytes += payload.length;
      this.#addLine.run(batch.attempt, batch.from + index, payload);
    });
  }
}

/** Checked before it is written: what the chain vouches for is read back without a second look. */
export function encodeEvent(event: LedgerEvent): string {
  const checked = ledgerEventSchema.safeParse(event);
  if (!checked.success) throw new LedgerEventError(event.kind, checked.error);
  return JSON.stringify(event);
}
