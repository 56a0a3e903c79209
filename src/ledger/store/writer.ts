import { rmSync, truncateSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type AttemptId, attemptId } from '../../model/ids.ts';
import type { LedgerEvent } from '../events.ts';
import type { MetricsBatch } from '../metrics-batch.ts';
import { Appender, encodeEvent } from './append.ts';
import { type ChainHead, emptyChain, recordedHead, recordsAfter } from './chain.ts';
import { LedgerReplacedError, LedgerTakenOverError, LedgerWriteError } from './errors.ts';
import { KeptEvents } from './kept-events.ts';
import { type FileChange, LedgerFiles } from './ledger-files.ts';
import { lockHolder, releaseLock } from './lock.ts';
import { damageOf, readFileAlone, readLedger } from './read-connection.ts';
import { rescue } from './rescue.ts';
import { fileKind } from './schema.ts';

/** `truncate` on a network file system, where WAL is not safe: each commit costs more, readers wait for it. */
export type Journal = 'wal' | 'truncate';

/**
 * Bytes that commits may add to the WAL before they are brought into the file: about the 1,000 pages of SQLite's own
 * checkpoints, which come within a commit. Apart from it, a commit never changes the file, and whoever does is found out.
 */
const checkpointAt = 4_000_000;

/** The one process that may add to a ledger. Made by `openWriter`; synchronous, one transaction a commit. */
export class LedgerWriter {
  /** For the caller to say once where it is not `wal`. */
  readonly journal: Journal;
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #token: string;
  #head: ChainHead;
  readonly #ours: StatementSync;
  readonly #appender: Appender;
  readonly #files: LedgerFiles;
  readonly #kept = new KeptEvents();
  /** The last event in the file without its WAL; null where pages of the file are older than others. */
  #settled: ChainHead | null = null;
  #replaced: LedgerReplacedError | null = null;

  constructor(db: DatabaseSync, path: string, token: string, journal: Journal) {
    this.#db = db;
    this.path = path;
    this.#token = token;
    this.journal = journal;
    this.#head = recordedHead(db, 'last') ?? emptyChain;
    if (journal === 'wal') db.exec('PRAGMA wal_autocheckpoint = 0');
    this.#files = new LedgerFiles(path, journal === 'wal');
    this.#ours = db.prepare('SELECT 1 FROM lock WHERE token = ?');
    this.#appender = new Appender(db);
    this.#checkpoint();
  }

  get eventCount(): number {
    return this.#head.seq;
  }

  /** Whether a check has found that the file is not what this writer opened. */
  get isReplaced(): boolean {
    return this.#replaced !== null;
  }

  /**
   * All events in order, each checked against the one before.
   *
   * @throws LedgerDamagedError at the first that is not as it was written
   */
  *events(): Generator<LedgerEvent> {
    let seq = 0;
    try {
      for (const { event, payload } of recordsAfter(this.#db, this.path, emptyChain)) {
        seq += 1;
        if (seq > this.#kept.count) this.#kept.add(payload);
        yield event;
      }
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
   * @throws LedgerReplacedError when the file is not what this writer opened
   * @throws LedgerWriteError when the disk refuses
   */
  commit(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void {
    const payloads = events.map(encodeEvent);
    this.check();
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      if (this.#ours.get(this.#token) === undefined)
        throw new LedgerTakenOverError(this.path, lockHolder(this.#db, this.path));
      const head = this.#appender.add(this.#head, payloads, metrics);
      this.#db.exec('COMMIT');
      this.#head = head;
    } catch (cause) {
      this.#undo();
      throw cause instanceof LedgerTakenOverError ? cause : new LedgerWriteError(this.path, cause);
    }
    const isWhole = this.#kept.count === this.#head.seq - payloads.length;
    if (isWhole) for (const payload of payloads) this.#kept.add(payload);
    // Whoever took the file away meanwhile: what was committed into it is acknowledged by nobody.
    this.#require(this.#files.look('wal'));
    if (this.#appender.bytes >= checkpointAt) this.#checkpoint();
  }

  /** Asks whether the file is still what this writer opened. @throws as `commit` */
  check(): void {
    if (this.#replaced !== null) throw this.#replaced;
    this.#require(this.#files.look());
  }

  /** Gives the ledger back. Never throws: what was committed is safe, and a lock of an ended process is taken over. */
  close(): void {
    try {
      if (this.#replaced === null) releaseLock(this.#db, this.#token);
    } catch {
      // A full disk: the next writer finds this process gone.
    }
    if (this.#db.isOpen) this.#db.close();
  }

  #require(change: FileChange | null): void {
    if (change === null || (change.change === 'written' && this.#isUnchanged())) return;
    const { path } = this;
    const movedTo = this.#files.movedTo();
    const rescued = rescue({ db: this.#db, path, head: this.#head, kept: this.#kept }, Date.now());
    this.#replaced = new LedgerReplacedError(path, change, movedTo, rescued);
    const isFileItself = change.file === 'ledger' || change.change === 'written';
    if (rescued !== null && isFileItself) this.#letGo();
    throw this.#replaced;
  }

  /**
   * Whether a file that was written to holds what it held, as after `touch`.
   *
   * @throws LedgerTakenOverError where the next writer wrote: what this one committed is all there
   */
  #isUnchanged(): boolean {
    const [head, settled, token] = [this.#head, this.#settled, this.#token];
    try {
      const alone = readFileAlone(this.path, (db) => ({
        isOurs: isHeldBy(db, token),
        hasSettled: settled !== null && isSameHead(recordedHead(db, settled.seq), settled),
        last: recordedHead(db, 'last'),
      }));
      const whole = readLedger(this.path, (db) => ({
        isOurs: isHeldBy(db, token),
        hasHead: isSameHead(recordedHead(db, head.seq), head),
        last: recordedHead(db, 'last'),
        events: eventsIn(db, this.path),
        holder: lockHolder(db, this.path),
      }));
      // A successor begins with an event. Of another ledger that was copied over this one, pages of the WAL hide some.
      const hasSuccessor = whole.holder !== null || (whole.last?.seq ?? 0) > head.seq;
      if (alone.hasSettled && whole.hasHead && !whole.isOurs && hasSuccessor)
        throw new LedgerTakenOverError(this.path, whole.holder);
      const isSame = alone.isOurs && settled !== null && isSameHead(alone.last, settled);
      const isWhole = whole.isOurs && isSameHead(whole.last, head) && whole.events === head.seq;
      return isSame && isWhole && this.#files.look('ledger', 'wal') === null;
    } catch (error) {
      if (error instanceof LedgerTakenOverError) throw error;
      return false;
    }
  }

  /**
   * What lies beside the file now would be taken for its own by whoever opens it next, and would be brought into it when
   * this connection closes (https://www.sqlite.org/howtocorrupt.html, 1.4): a WAL that is empty brings nothing.
   */
  #letGo(): void {
    for (const path of this.#files.ownCompanions()) {
      if (path.endsWith('-wal')) truncateSync(path);
      rmSync(path, { force: true });
    }
  }

  #checkpoint(): void {
    if (this.journal !== 'wal') return;
    this.#appender.bytes = 0;
    this.#settled = null;
    try {
      const done = this.#db.prepare('PRAGMA wal_checkpoint(PASSIVE)').get();
      // Pages that a reader looks at are brought in by a later one.
      if (done?.['busy'] === 0 && done['log'] === done['checkpointed']) this.#settled = this.#head;
    } catch {
      // The disk refuses: what was committed is in the WAL, and the next commit says so.
    }
    this.#require(this.#files.look('ledger', 'wal'));
  }

  #undo(): void {
    try {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (https://www.sqlite.org/lang_transaction.html, 3.1); the first cause is told.
    }
  }
}

const isSameHead = (one: ChainHead | null, other: ChainHead): boolean =>
  one !== null && one.seq === other.seq && Buffer.compare(one.hash, other.hash) === 0;

/** Of a chain that is whole: else it cannot be gone on with. */
function eventsIn(db: DatabaseSync, path: string): number | null {
  try {
    if (fileKind(db, path).kind !== 'ledger') return null;
    return [...recordsAfter(db, path, emptyChain)].length;
  } catch {
    return null;
  }
}

const isHeldBy = (db: DatabaseSync, token: string): boolean =>
  db.prepare('SELECT 1 FROM lock WHERE token = ?').get(token) !== undefined;
