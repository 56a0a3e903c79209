/** A copy of a ledger as it is at one moment, also while somebody writes it. */
import { truncateSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { readWithoutTransaction } from './read-connection.ts';

/**
 * Copies a ledger into an empty file by VACUUM INTO, one read transaction: a writer goes on meanwhile, and what it
 * commits after the first moment is not in the copy. Nobody holds the copy's lock.
 *
 * Not synced (https://www.sqlite.org/lang_vacuum.html, 2), and no WAL: the copy is one file.
 */
export function copyLedger(path: string, to: string): void {
  readWithoutTransaction(path, (db) => {
    truncateSync(to); // of an attempt that a writer came into
    vacuumInto(db, to);
  });
}

/** The same from a connection that is open. @param to an empty file */
export function vacuumInto(db: DatabaseSync, to: string): void {
  db.prepare('VACUUM INTO ?').run(to);
  const copy = new DatabaseSync(to);
  try {
    copy.exec('DELETE FROM lock');
  } finally {
    copy.close();
  }
}
