/** Looks a whole ledger over, as far as that needs no fold, and says all that is wrong with it. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { encode } from '../../protocol/framing.ts';
import { type LedgerEvent, ledgerEventSchema } from '../events.ts';
import { chainHash, emptyChain, writtenHead } from './chain.ts';
import { isNotADatabase, LedgerDamagedError } from './errors.ts';
import { isPlainFile } from './plain-file.ts';
import { readLedger } from './read-connection.ts';
import { type FileKind, fileKind, notALedger } from './schema.ts';

export type Finding =
  /** The file is not what SQLite wrote. */
  | { readonly kind: 'file-damaged'; readonly message: string }
  /** `seq`: the first event that is out of reach, null if metrics are. */
  | { readonly kind: 'unreadable'; readonly seq: number | null; readonly message: string }
  | { readonly kind: 'missing'; readonly seq: number }
  | { readonly kind: 'changed'; readonly seq: number }
  | { readonly kind: 'not-an-event'; readonly seq: number; readonly message: string }
  /** The metrics lines are not those that the attempt ended with. */
  | {
      readonly kind: 'metrics-differ';
      readonly seq: number;
      readonly attempt: string;
      readonly expectedLines: number;
      readonly foundLines: number;
    };

export type Verification =
  | {
      readonly kind: 'verified';
      /** Empty for a sound ledger. */
      readonly findings: readonly Finding[];
      readonly events: number;
      /** The first so many events are as they were written. */
      readonly goodEvents: number;
    }
  | { readonly kind: 'none' }
  | Extract<FileKind, { kind: 'newer' | 'not-a-ledger' }>;

/**
 * Has SQLite check the file, hashes every event again, reads every payload with its schema, and compares metrics lines
 * with the ends that vouch for them. The invariants of the fold are the caller's.
 *
 * @param path of the ledger's file
 */
export function verifyLedger(path: string): Verification {
  if (!existsSync(path)) return { kind: 'none' };
  if (!isPlainFile(path)) return notALedger(path);
  try {
    return readLedger(path, (db) => {
      const kind = fileKind(db, path);
      if (kind.kind === 'empty') return { kind: 'none' };
      return kind.kind === 'ledger' ? verify(db) : kind;
    });
  } catch (error) {
    if (isNotADatabase(error)) return notALedger(path);
    if (!(error instanceof LedgerDamagedError)) throw error;
    const message = error.cause === undefined ? error.message : messageOf(error.cause);
    const findings: Finding[] = [{ kind: 'file-damaged', message }];
    return { kind: 'verified', findings, events: 0, goodEvents: 0 };
  }
}

function verify(db: DatabaseSync): Verification {
  const structure = structureFindings(db);
  const findings: Finding[] = [];
  const metrics = new MetricsCheck(db);
  let last = 0;
  let before: Uint8Array = emptyChain.hash;
  let goodEvents: number | null = null;
  const rows = db.prepare('SELECT seq, payload, hash FROM events ORDER BY seq').iterate();
  try {
    for (const row of rows) {
      const [seq, payload, hash] = [Number(row['seq']), String(row['payload']), row['hash']];
      // Each event is checked against the hash that is recorded before it: one bad event is one finding.
      const chained = hash instanceof Uint8Array && Buffer.compare(chainHash(before, payload), hash) === 0;
      if (seq !== last + 1) findings.push({ kind: 'missing', seq: last + 1 });
      else if (!chained) findings.push({ kind: 'changed', seq });
      const event = readEvent(payload);
      if (event.kind === 'problem') findings.push({ kind: 'not-an-event', seq, message: event.message });
      if (findings.length > 0) goodEvents ??= last;
      if (event.kind === 'event') metrics.take(event.event, seq);
      last = seq;
      before = hash instanceof Uint8Array ? hash : before;
    }
    findings.push(...endFindings(db, last, before));
  } catch (error) {
    findings.push({ kind: 'unreadable', seq: last + 1, message: messageOf(error) });
  }
  return {
    kind: 'verified',
    findings: [...structure, ...findings, ...metrics.findings()],
    events: last,
    goodEvents: goodEvents ?? last,
  };
}

/** https://www.sqlite.org/pragma.html#pragma_integrity_check; some of what it finds is enough. */
function structureFindings(db: DatabaseSync): Finding[] {
  try {
    return db
      .prepare('PRAGMA integrity_check(5)')
      .all()
      .map((row) => String(Object.values(row)[0]))
      .filter((message) => message !== 'ok')
      .map((message) => ({ kind: 'file-damaged', message }));
  } catch (error) {
    return [{ kind: 'file-damaged', message: messageOf(error) }];
  }
}

/** Events that are gone from the end break no chain, but the last commit wrote how many there were. */
function endFindings(db: DatabaseSync, last: number, hash: Uint8Array): Finding[] {
  const written = writtenHead(db);
  if (written === null) return [];
  if (written.seq > last) return [{ kind: 'missing', seq: last + 1 }];
  return written.seq === last && Buffer.compare(written.hash, hash) === 0
    ? []
    : [{ kind: 'file-damaged', message: `event ${last} is not the last that was written` }];
}

function readEvent(
  payload: string,
):
  | { readonly kind: 'event'; readonly event: LedgerEvent }
  | { readonly kind: 'problem'; readonly message: string } {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch (error) {
    return { kind: 'problem', message: messageOf(error) };
  }
  const read = ledgerEventSchema.safeParse(value);
  return read.success
    ? { kind: 'event', event: read.data }
    : { kind: 'problem', message: read.error.message };
}

/** Holds metrics lines against the ends that vouch for them. An end that no host told (a lost attempt) vouches for none. */
class MetricsCheck {
  readonly #lines: StatementSync;
  readonly #found = new Map<string, Finding>();

  constructor(db: DatabaseSync) {
    this.#lines = db.prepare('SELECT line, payload FROM metrics WHERE attempt = ? ORDER BY line');
  }

  take(event: LedgerEvent, seq: number): void {
    if (event.kind === 'recovered') for (const attempt of event.lostMetrics) this.#found.delete(attempt);
    const ended = event.kind === 'ended' ? [event] : event.kind === 'imported' ? event.results : [];
    for (const { attempt, end } of ended) {
      const finding = end.metricsHash === '' ? null : this.#check(attempt, end, seq);
      if (finding !== null) this.#found.set(attempt, finding);
    }
  }

  findings(): Iterable<Finding> {
    return this.#found.values();
  }

  #check(attempt: string, end: AttemptEnd, seq: number): Finding | null {
    const hash = createHash('sha256');
    let foundLines = 0;
    try {
      for (const row of this.#lines.iterate(attempt)) {
        hash.update(encode(JSON.parse(String(row['payload']))));
        foundLines += 1;
      }
    } catch (error) {
      return { kind: 'unreadable', seq: null, message: `metrics of attempt ${attempt}: ${messageOf(error)}` };
    }
    if (foundLines === end.metricsCount && hash.digest('hex') === end.metricsHash) return null;
    return { kind: 'metrics-differ', seq, attempt, expectedLines: end.metricsCount, foundLines };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
