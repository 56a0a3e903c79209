/**
 * Commits that the disk took and has lost: SQLite drops the end of a WAL that is not whole without a word
 * (https://www.sqlite.org/fileformat2.html, 4.1). What the coordinator said last remembers how far it had come.
 */
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ledgerEventSchema } from '../events.ts';
import { recordedHead } from './chain.ts';
import { readLive } from './live-file.ts';
import { readLedger } from './read-connection.ts';

/** How far a ledger had come at a moment. */
interface Reached {
  readonly ledger: string;
  readonly events: number;
  /** Wall clock, ms since 1970. */
  readonly at: number;
}

/**
 * What a coordinator that has not ended in order said last; null where none has. To be asked before the ledger is read:
 * one that lives goes on meanwhile.
 *
 * @param path of the ledger's file
 */
export function lastReached(path: string): Reached | null {
  const live = readLive(dirname(path))?.live;
  return live === undefined || live.ledger === null
    ? null
    : { ledger: live.ledger, events: live.events, at: live.at };
}

/** What the ledger of a state folder lacks. @throws LedgerDamagedError where it cannot be read */
export function lostFrom(path: string): Lost | null {
  const reached = lastReached(path);
  return reached === null ? null : readLedger(path, (db) => lostOf(db, reached));
}

/** The end of a ledger that is not there any more. */
export interface Lost {
  readonly events: number;
  /** They were there at that moment: wall clock, ms since 1970. */
  readonly at: number;
}

/** What a ledger lacks of what it had reached; null where it has all of it, or was another. */
export function lostOf(db: DatabaseSync, reached: Reached | null): Lost | null {
  if (reached === null || ledgerOf(db) !== reached.ledger) return null;
  const events = reached.events - (recordedHead(db, 'last')?.seq ?? 0);
  return events > 0 ? { events, at: reached.at } : null;
}

/** Its id; null where it has none yet, or its first event is not what was written. */
function ledgerOf(db: DatabaseSync): string | null {
  const first = db.prepare('SELECT payload FROM events WHERE seq = 1').get();
  try {
    const event = ledgerEventSchema.parse(JSON.parse(String(first?.['payload'])));
    return event.kind === 'ledger-created' ? event.ledger : null;
  } catch {
    return null;
  }
}
