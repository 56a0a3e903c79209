import type { LockHolder } from './lock-holder.ts';

/** The file is not as it was written. What is before `seq` is good. */
export class LedgerDamagedError extends Error {
  readonly code = 'LEDGER_DAMAGED';
  override readonly name = 'LedgerDamagedError';
  /** The first event that cannot be trusted. */
  readonly seq: number;

  constructor(path: string, seq: number, what: string, cause?: unknown) {
    super(
      `${path}: event ${seq} ${what}; the ${seq - 1} before it are good. ` +
        '`labsweep ledger verify` says what can be saved.',
      { cause },
    );
    this.seq = seq;
  }
}

/** Nothing of the commit is in the ledger; what was committed before is. */
export class LedgerWriteError extends Error {
  readonly code = 'LEDGER_WRITE';
  override readonly name = 'LedgerWriteError';

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written: ${explain(cause)}`, { cause });
  }
}

/** Somebody else has become the writer, after this one was taken for dead or with --break-lock. */
export class LedgerTakenOverError extends Error {
  readonly code = 'LEDGER_TAKEN_OVER';
  override readonly name = 'LedgerTakenOverError';
  /** Who writes now; null when it has finished already. */
  readonly holder: LockHolder | null;

  constructor(path: string, holder: LockHolder | null) {
    const who = holder === null ? 'another process' : `process ${holder.pid} on ${holder.hostname}`;
    super(`${path} was taken over by ${who}: this process decides nothing any more`);
    this.holder = holder;
  }
}

/** A fact that a ledger cannot hold (a number that is not finite, an unknown kind): nothing of the commit is written. */
export class LedgerEventError extends Error {
  readonly code = 'LEDGER_EVENT';
  override readonly name = 'LedgerEventError';

  constructor(kind: string, cause: unknown) {
    super(`a ledger cannot hold this "${kind}": ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

/** Result codes of SQLite (https://www.sqlite.org/rescode.html), in words that say what to do. */
const remedies: Readonly<Record<number, string>> = {
  5: 'another program holds it; close it and run `labsweep resume`',
  8: 'it is read-only for this user; check the owner of the folder',
  10: 'the disk refuses (full, over quota, or broken); see to it and run `labsweep resume`',
  11: 'the file is damaged; see `labsweep ledger verify`',
  13: 'the disk is full; free some space and run the command again',
  14: 'the folder cannot be entered or written; check its owner',
};

function explain(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const remedy = remedies[sqliteCode(cause) ?? -1];
  return remedy === undefined ? message : `${remedy} (${message})`;
}

/** SQLITE_NOTADB: the file's header is not SQLite's. */
export const isNotADatabase = (error: unknown): boolean => sqliteCode(error) === 26;

/** Primary result code of an error of SQLite, else null. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}
