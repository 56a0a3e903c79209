import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isNotADatabase, LedgerDamagedError, LedgerWriteError } from './errors.ts';
import { type FileSystemKind, fileSystemOf } from './file-system.ts';
import { ledgerFile } from './ledger-file.ts';
import { removeLive } from './live-file.ts';
import { takeLock } from './lock.ts';
import type { LockHolder } from './lock-holder.ts';
import { isPlainFile } from './plain-file.ts';
import { type FileKind, fileKind, migrate, notALedger, schemaVersion } from './schema.ts';
import { damageOf } from './read-connection.ts';
import { lastReached, type Lost, lostOf } from './shortfall.ts';
import { LedgerWriter } from './writer.ts';

/** How long a transaction of somebody else may take before a write gives up. */
const busyMs = 10_000;

export interface WriterOptions {
  /** Takes the lock whoever holds it: a person has made sure that the holder is gone. */
  readonly breakLock: boolean;
  /** Of the state folder. @default what the kernel says */
  readonly fileSystem?: FileSystemKind;
}

export type OpenedWriter =
  | {
      readonly kind: 'opened';
      readonly writer: LedgerWriter;
      /** What the disk has lost of the commits of the writer before; null for a whole ledger. */
      readonly lost: Lost | null;
    }
  | {
      readonly kind: 'held';
      readonly holder: LockHolder;
      /** The holder writes an older version of the file. */
      readonly isOlder: boolean;
    }
  | Extract<FileKind, { kind: 'newer' | 'not-a-ledger' }>;

/**
 * Opens the ledger of a state folder for writing; makes both where there are none (0700 and 0600).
 *
 * @throws LedgerDamagedError for a ledger that SQLite cannot read any more
 * @throws LedgerWriteError when the disk refuses
 */
export function openWriter(folder: string, options: WriterOptions): OpenedWriter {
  const path = join(folder, ledgerFile);
  let db: DatabaseSync | null = null;
  let opened: OpenedWriter | null = null;
  try {
    makePrivateFile(folder, path);
    if (!isPlainFile(path)) return notALedger(path);
    db = new DatabaseSync(path, { timeout: busyMs });
    opened = enter(db, path, options.breakLock, options.fileSystem ?? fileSystemOf(folder));
    // Told once: a writer that does not stay says nothing of its own.
    if (opened.kind === 'opened' && opened.lost !== null) removeLive(folder);
    return opened;
  } catch (cause) {
    const damage = damageOf(path, cause);
    if (damage instanceof LedgerDamagedError) throw damage;
    if (isNotADatabase(cause)) return notALedger(path);
    throw new LedgerWriteError(path, cause);
  } finally {
    if (opened?.kind !== 'opened') db?.close();
  }
}

function enter(db: DatabaseSync, path: string, breakLock: boolean, fileSystem: FileSystemKind): OpenedWriter {
  // Asked before anything is set: a file that is not ours stays as it is, to the byte.
  const before = fileKind(db, path);
  if (before.kind === 'newer' || before.kind === 'not-a-ledger') return before;
  const journal = fileSystem === 'network' ? 'truncate' : 'wal';
  db.exec(`PRAGMA journal_mode = ${journal}; PRAGMA synchronous = FULL`);
  db.exec('BEGIN IMMEDIATE');
  // Asked again: somebody else may have made it, or migrated it, meanwhile.
  const kind = fileKind(db, path);
  if (kind.kind === 'newer' || kind.kind === 'not-a-ledger') return kind;
  migrate(db, kind.kind === 'empty' ? 0 : kind.version);
  const lock = takeLock(db, path, breakLock);
  if (lock.kind === 'held')
    return { ...lock, isOlder: kind.kind === 'ledger' && kind.version < schemaVersion };
  db.exec('COMMIT');
  return {
    kind: 'opened',
    writer: new LedgerWriter(db, path, lock.token, journal),
    lost: lostOf(db, lastReached(path)),
  };
}

/** SQLite gives its other files the mode of this one. */
function makePrivateFile(folder: string, path: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}
