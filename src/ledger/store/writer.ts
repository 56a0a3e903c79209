import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type AttemptId, attemptId } from '../../model/ids.ts';
import { type LedgerEvent, ledgerEventSchema } from '../events.ts';
import type { MetricsBatch } from '../metrics-batch.ts';
import { type ChainHead, chainHash, emptyChain, eventsAfter, recordedHead } from './chain.ts';
import { LedgerEventError, LedgerTakenOverError, LedgerWriteError } from './errors.ts';
import { lockHolder, releaseLock } from './lock.ts';
import { damageOf } from './read-connection.ts';

/** `truncate` on a network file system, where WAL is not safe: each commit costs more, readers wait for it. */
export type Journal = 'wal' | 'truncate';

/** The one process that may add to a ledger. Made by `openWriter`; synchronous, one transaction a commit. */
export class LedgerWriter {
  /** For the caller to say once where it is not `wal`. */
  readonly journal: Journal;
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #token: string;
  #head: ChainHead;
  readonly #ours: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #addLine: StatementSync;
  readonly #setHead: StatementSync;

  constructor(db: DatabaseSync, path: string, token: string, journal: Journal) {
    this.#db = db;
    this.path = path;
    this.#token = token;
    this.journal = journal;
    this.#head = recordedHead(db, 'last') ?? emptyChain;
    this.#ours = db.prepare('SELECT 1 FROM lock WHERE token = ?');
    this.#addEvent = db.prepare('INSERT INTO events (seq, payload, hash) VALUES (?, ?, ?)');
    this.#setHead = db.prepare('INSERT OR REPLACE INTO head (id, seq, hash) VALUES (1, ?, ?)');
    this.#addLine = db.prepare('INSERT OR IGNORE INTO metrics (attempt, line, payload) VALUES (?, ?, ?)');
  }

  get eventCount(): number {
    return this.#head.seq;
  }

  /**
   * All events in order, each checked against the one before.
   *
   * @throws LedgerDamagedError at the first that is not as it was written
   */
  *events(): Generator<LedgerEvent> {
    try {
      yield* eventsAfter(this.#db, this.path, emptyChain);
    } catch (error) {
      throw damageOf(this.path, error);
    }
  }

  /** How many metrics lines of each attempt are in the ledger. @throws LedgerDamagedError where they cannot be read */
  committedLines(): Map<AttemptId, number> {
    // From one attempt to the next by the key: an attempt may have 10,000 lines, and only the last is asked for.
    const counts = this.#db.prepare(`
      WITH RECURSIVE attempts(id) AS (
        SELECT min(attempt) FROM metrics
        UNION ALL SELECT (SELECT min(attempt) FROM metrics WHERE attempt > id) FROM attempts WHERE id IS NOT NULL
      )
      SELECT id, (SELECT max(line) + 1 FROM metrics WHERE attempt = id) AS lines FROM attempts WHERE id IS NOT NULL`);
    try {
      return new Map(counts.all().map((row) => [attemptId(String(row['id'])), Number(row['lines'])]));
    } catch (error) {
      throw damageOf(this.path, error);
    }
  }

  /**
   * Adds facts and metrics lines in one transaction with one fsync: all of them are on the disk when it returns, none
   * when it throws.
   *
   * @throws LedgerEventError for a fact that the schema does not know: a bug of the caller
   * @throws LedgerTakenOverError when somebody else is the writer by now
   * @throws LedgerWriteError when the disk refuses
   */
  commit(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void {
    const payloads = events.map(encodeEvent);
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      if (this.#ours.get(this.#token) === undefined)
        throw new LedgerTakenOverError(this.path, lockHolder(this.#db, this.path));
      const head = this.#append(payloads);
      for (const batch of metrics) this.#addLines(batch);
      this.#db.exec('COMMIT');
      this.#head = head;
    } catch (cause) {
      this.#undo();
      throw cause instanceof LedgerTakenOverError ? cause : new LedgerWriteError(this.path, cause);
    }
  }

  /** Gives the ledger back. Never throws: what was committed is safe, and a lock of an ended process is taken over. */
  close(): void {
    try {
      releaseLock(this.#db, this.#token);
    } catch {
      // A full disk: the next writer finds this process gone.
    }
    if (this.#db.isOpen) this.#db.close();
  }

  #append(payloads: readonly string[]): ChainHead {
    let { seq, hash } = this.#head;
    for (const payload of payloads) {
      seq += 1;
      hash = chainHash(hash, payload);
      this.#addEvent.run(seq, payload, hash);
    }
    if (payloads.length > 0) this.#setHead.run(seq, hash);
    return { seq, hash };
  }

  #addLines(batch: MetricsBatch): void {
    batch.lines.forEach((line, index) => {
      this.#addLine.run(batch.attempt, batch.from + index, JSON.stringify(line));
    });
  }

  #undo(): void {
    try {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (https://www.sqlite.org/lang_transaction.html, 3.1); the first cause is told.
    }
  }
}

/** Checked before it is written: what the chain vouches for is read back without a second look. */
function encodeEvent(event: LedgerEvent): string {
  const checked = ledgerEventSchema.safeParse(event);
  if (!checked.success) throw new LedgerEventError(event.kind, checked.error);
  return JSON.stringify(event);
}
