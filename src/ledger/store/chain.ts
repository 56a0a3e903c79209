/** The chain: each event's row holds the hash of the row before and its own payload, so a change cannot hide. */
import { createHash, hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type LedgerEvent, storedEvent } from '../events.ts';
import { LedgerDamagedError } from './errors.ts';

/** The last event of a ledger, or what comes before the first. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: Uint8Array;
}

export const emptyChain: ChainHead = { seq: 0, hash: new Uint8Array(32) };

/** SHA-256 of the hash before and the payload's UTF-8 bytes. */
export function chainHash(before: Uint8Array, payload: string): Buffer {
  if (before.length + payload.length * bytesOfUnit > room.length)
    return createHash('sha256').update(before).update(payload).digest();
  // At once, of one buffer: a third less than an object for each hash, and a ledger has 10^5 events.
  room.set(before);
  return hash('sha256', room.subarray(0, before.length + room.write(payload, before.length)), 'buffer');
}

/** A unit of UTF-16 takes three bytes of UTF-8 at most. */
const bytesOfUnit = 3;
const room = Buffer.allocUnsafe(64 * 1024);

/** The event `seq` as it is recorded, unchecked; null where there is none. */
export function recordedHead(db: DatabaseSync, seq: number | 'last'): ChainHead | null {
  if (seq === 0) return emptyChain;
  const row =
    seq === 'last'
      ? db.prepare('SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1').get()
      : db.prepare('SELECT seq, hash FROM events WHERE seq = ?').get(seq);
  if (row === undefined) return seq === 'last' ? emptyChain : null;
  return row['hash'] instanceof Uint8Array ? { seq: Number(row['seq']), hash: row['hash'] } : null;
}

/** The events after `head`, in order, each checked against the one before. @throws as `recordsAfter` */
export function* eventsAfter(db: DatabaseSync, path: string, head: ChainHead): Generator<LedgerEvent> {
  for (const { event } of recordsAfter(db, path, head)) yield event;
}

/** An event, with the text that its hash is of. */
export interface EventRecord {
  readonly event: LedgerEvent;
  readonly payload: string;
}

/** The same with their texts. @throws LedgerDamagedError at the first that does not follow from the one before it */
export function* recordsAfter(db: DatabaseSync, path: string, head: ChainHead): Generator<EventRecord> {
  let { seq, hash } = head;
  const rows = db.prepare('SELECT seq, payload, hash FROM events WHERE seq > ? ORDER BY seq');
  rows.setReturnArrays(true);
  const iterator = rows.iterate(seq);
  try {
    for (let row = nextRow(iterator, path, seq); row !== null; row = nextRow(iterator, path, seq)) {
      const [rowSeq, payload, recorded] = row;
      if (rowSeq !== seq + 1) throw new LedgerDamagedError(path, seq + 1, 'is missing');
      hash = chainHash(hash, payload);
      if (Buffer.compare(hash, recorded) !== 0)
        throw new LedgerDamagedError(path, rowSeq, 'is not what was written (its hash differs)');
      seq = rowSeq;
      yield { event: parse(payload, path, seq), payload };
    }
    requireLast(db, path, { seq, hash });
  } finally {
    iterator.return?.(); // ends the read transaction, also where the caller stops early
  }
}

/** A damaged tree may end early, and what is missing at the end breaks no chain. */
function requireLast(db: DatabaseSync, path: string, read: ChainHead): void {
  const written = writtenHead(db);
  if (written === null || (written.seq === read.seq && Buffer.compare(written.hash, read.hash) === 0)) return;
  const what = written.seq > read.seq ? 'is missing' : 'is not the last that was written';
  throw new LedgerDamagedError(path, read.seq + 1, what);
}

/** What the last commit wrote of itself; null before the first, and in ledgers of before this was written. */
export function writtenHead(db: DatabaseSync): ChainHead | null {
  const isKept = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'head'`).get() !== undefined;
  const row = isKept ? db.prepare('SELECT seq, hash FROM head').get() : undefined;
  return row?.['hash'] instanceof Uint8Array ? { seq: Number(row['seq']), hash: row['hash'] } : null;
}

type EventRow = readonly [seq: number, payload: string, hash: Uint8Array];

const isEventRow = (row: unknown): row is EventRow =>
  Array.isArray(row) &&
  typeof row[0] === 'number' &&
  typeof row[1] === 'string' &&
  row[2] instanceof Uint8Array;

/** The row after event `seq`. A damaged page shows only now. */
function nextRow(rows: Iterator<unknown>, path: string, seq: number): EventRow | null {
  let next: IteratorResult<unknown>;
  try {
    next = rows.next();
  } catch (cause) {
    throw new LedgerDamagedError(path, seq + 1, 'cannot be read (the file is damaged)', cause);
  }
  if (next.done === true) return null;
  if (isEventRow(next.value)) return next.value;
  throw new LedgerDamagedError(path, seq + 1, 'is no row of a ledger');
}

function parse(payload: string, path: string, seq: number): LedgerEvent {
  try {
    return storedEvent(payload);
  } catch (cause) {
    throw new LedgerDamagedError(path, seq, 'is not JSON', cause);
  }
}
