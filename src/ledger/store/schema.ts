/** What the tables of a ledger's file are, and how an older file becomes a newer one. */
import type { DatabaseSync } from 'node:sqlite';

/** Marks the file as ours (PRAGMA application_id): the letters "lbsw". */
const applicationId = 0x6c627377;

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
];

/** The version that this labsweep reads and writes. */
const schemaVersion = migrations.length;

export type FileKind =
  | { readonly kind: 'ledger'; readonly version: number }
  /** Nothing was written yet. */
  | { readonly kind: 'empty' }
  | { readonly kind: 'newer'; readonly version: number; readonly known: number; readonly message: string }
  | { readonly kind: 'not-a-ledger'; readonly message: string };

/** Asks a file what it is; changes nothing. */
export function fileKind(db: DatabaseSync, path: string): FileKind {
  const version = pragma(db, 'user_version');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (version === 0 && tables === 0) return { kind: 'empty' };
  if (pragma(db, 'application_id') !== applicationId) return notALedger(path);
  if (version > schemaVersion) return newer(path, version);
  return { kind: 'ledger', version };
}

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
