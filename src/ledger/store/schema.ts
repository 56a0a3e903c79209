/** What the tables of a ledger's file are, and how an older file becomes a newer one. */
import type { DatabaseSync } from 'node:sqlite';
import { LedgerDamagedError } from './errors.ts';
import { applicationId } from './ledger-file.ts';

/**
 * `migrations[v]` makes a file of version v one of v + 1; version 0 is an empty file. Never edit one that was
 * released: append the next.
 */
const migrations: readonly string[] = [
  `CREATE TABLE events (seq INTEGER PRIMARY KEY, payload TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
   CREATE TABLE metrics (
     attempt TEXT NOT NULL, line INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (attempt, line)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE lock (id INTEGER PRIMARY KEY CHECK (id = 1), token TEXT NOT NULL, holder TEXT NOT NULL) STRICT;`,
  // The last event, written with each commit: a page that lost its last rows looks as if they had never been.
  `CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
   INSERT INTO head (id, seq, hash) SELECT 1, seq, hash FROM events ORDER BY seq DESC LIMIT 1;`,
  // The same tables: since then a trial may have diverged, which an older labsweep would train again and again.
  '',
];

/** Tables of a file of each version. */
const tablesOf: readonly (readonly string[])[] = [
  [],
  ['events', 'lock', 'metrics'],
  ['events', 'head', 'lock', 'metrics'],
  ['events', 'head', 'lock', 'metrics'],
];

/** The version that this labsweep reads and writes. */
export const schemaVersion = migrations.length;

export type FileKind =
  | { readonly kind: 'ledger'; readonly version: number }
  /** Nothing was written yet. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'newer'; readonly version: number; readonly known: number; readonly message: string }
  | { readonly kind: 'not-a-ledger'; readonly message: string };

/** Asks a file what it is; changes nothing. @throws LedgerDamagedError for a ledger whose first page is not as it was */
export function fileKind(db: DatabaseSync, path: string): FileKind {
  const version = pragma(db, 'user_version');
  const rows = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`).all();
  const tables = rows.map((row) => String(row['name'])).join();
  if (version === 0 && tables === '') return { kind: 'empty' };
  const isMarked = pragma(db, 'application_id') === applicationId;
  if (isMarked && version > schemaVersion) return newer(path, version);
  const isKnown = tablesOf.slice(1).some((names) => names.join() === tables);
  if (!isKnown && !isMarked) return notALedger(path);
  if (tablesOf[version]?.join() !== tables || !isMarked)
    throw new LedgerDamagedError(path, null, 'its first page is not what was written');
  if (hasForeignParts(db)) throw new LedgerDamagedError(path, null, 'it holds more than labsweep writes');
  return { kind: 'ledger', version };
}

/**
 * What SQLite would carry out when somebody reads: a file may come from anybody (https://www.sqlite.org/security.html).
 * A table is as labsweep writes it to the letter: a column that is computed, or a check, needs no word of its own. An index
 * is of plain columns.
 */
const hasForeignParts = (db: DatabaseSync): boolean =>
  db
    .prepare('SELECT type, sql FROM sqlite_schema')
    .all()
    .some(({ type, sql }) => {
      if (type === 'table') return !writtenTables.has(String(sql));
      return type !== 'index' || (sql !== null && !/^CREATE [^()]*\([^()]*\)$/.test(String(sql)));
    });

/** SQLite keeps the text of each. */
const writtenTables: ReadonlySet<string> = new Set(
  migrations.flatMap((step) => step.match(/CREATE TABLE[^;]*/g) ?? []),
);

/** Whether bytes of a file's beginning are of a ledger that SQLite cannot read any more. */
export const isOnceALedger = (firstPage: Buffer): boolean =>
  firstPage.subarray(68, 72).readInt32BE() === applicationId ||
  firstPage.includes('CREATE TABLE events (seq INTEGER PRIMARY KEY, payload TEXT');

/** Brings the file to `schemaVersion`. Called within a transaction, so that a crash leaves the old version whole. */
export function migrate(db: DatabaseSync, version: number): void {
  for (const step of migrations.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
}

export const notALedger = (path: string): FileKind & { kind: 'not-a-ledger' } => ({
  kind: 'not-a-ledger',
  message: `${path} is no ledger of labsweep; move it away, or name another folder with --state`,
});

const newer = (path: string, version: number): FileKind & { kind: 'newer' } => ({
  kind: 'newer',
  version,
  known: schemaVersion,
  message:
    `${path} was written by a newer labsweep: its version is ${version}, this one knows versions up to ` +
    `${schemaVersion}. Update labsweep on this machine; nothing was changed.`,
});

const pragma = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
