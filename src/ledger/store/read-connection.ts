import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { isDamage, isNotOpened, LedgerDamagedError, LedgerUnreadableError } from './errors.ts';
import { isOnceALedger } from './schema.ts';

/** How long a commit on a network file system may keep a reader waiting. */
const busyMs = 10_000;

/**
 * Lets `read` look at a ledger in one short read transaction, and leaves no trace: neither a file nor a lock.
 *
 * A file in WAL mode that nobody has open is read as immutable, because SQLite would make its -wal and -shm files for
 * a reader too and leave them there (https://www.sqlite.org/wal.html, "Read-Only Databases"). If a writer comes
 * meanwhile, what was read is thrown away and read again.
 */
export function readLedger<Result>(path: string, read: (db: DatabaseSync) => Result): Result {
  return readWithoutTransaction(path, (db) => {
    db.exec('BEGIN');
    return read(db);
  });
}

/** For one statement that cannot be part of a transaction. Of a file that nobody has open, it may be run again. */
export function readWithoutTransaction<Result>(path: string, read: (db: DatabaseSync) => Result): Result {
  for (;;) {
    if (!isAtRest(path)) return readWith(path, path, read);
    const before = stamp(path);
    const outcome = attempt(() => readWith(path, immutable(path), read));
    if (isAtRest(path) && stamp(path) === before) {
      if (outcome.kind === 'threw') throw outcome.error;
      return outcome.result;
    }
  }
}

/** The same of the file without its WAL: what the last checkpoint made of it. */
export const readFileAlone = <Result>(path: string, read: (db: DatabaseSync) => Result): Result =>
  readWith(path, immutable(path), read);

function readWith<Result>(path: string, location: string | URL, read: (db: DatabaseSync) => Result): Result {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(location, { readOnly: true, timeout: busyMs });
    return read(db);
  } catch (error) {
    throw isNotOpened(error) ? new LedgerUnreadableError(path, error) : damageOf(path, error);
  } finally {
    db?.close();
  }
}

/** What SQLite says of a file that was a ledger, in our words; any other error, and any other file's, as it is. */
export function damageOf(path: string, error: unknown): unknown {
  if (!isDamage(error) || !isOnceALedger(firstPage(path))) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LedgerDamagedError(path, null, `SQLite says "${message}"`, error);
}

function attempt<Result>(
  act: () => Result,
): { readonly kind: 'done'; readonly result: Result } | { readonly kind: 'threw'; readonly error: unknown } {
  try {
    return { kind: 'done', result: act() };
  } catch (error) {
    return { kind: 'threw', error };
  }
}

function immutable(path: string): URL {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  return url;
}

const isAtRest = (path: string): boolean => !existsSync(`${path}-wal`) && isWalFile(path);

/** Byte 18 of the header is 2 where the journal is a WAL (https://www.sqlite.org/fileformat2.html, 1.3). */
const isWalFile = (path: string): boolean => firstPage(path)[18] === 2;

/** What is missing of it is zeros. */
function firstPage(path: string): Buffer {
  const page = Buffer.alloc(4096);
  const file = openSync(path, 'r');
  try {
    readSync(file, page, 0, page.length, 0);
    return page;
  } finally {
    closeSync(file);
  }
}

function stamp(path: string): string {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}
