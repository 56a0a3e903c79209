import { dirname } from 'node:path';
import type { FileChange } from './ledger-files.ts';
import type { LockHolder } from './lock-holder.ts';

/** The file is not as it was written. */
export class LedgerDamagedError extends Error {
  readonly code = 'LEDGER_DAMAGED';
  override readonly name = 'LedgerDamagedError';
  /** The first event that cannot be trusted, those before it are good; null where the file itself cannot be read. */
  readonly seq: number | null;

  constructor(path: string, seq: number | null, what: string, cause?: unknown) {
    const where =
      seq === null
        ? `${path} is damaged: ${what}`
        : `${path}: event ${seq} ${what}; the ${seq - 1} before it are good`;
    super(
      `${where}. \`labsweep ledger verify\` says what can be saved, and \`labsweep ledger recover FILE\` saves it.`,
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

/** The file is there, and this user may not read it. */
export class LedgerUnreadableError extends Error {
  readonly code = 'LEDGER_UNREADABLE';
  override readonly name = 'LedgerUnreadableError';

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read by this user; check the owner of the file and of its folder.`, { cause });
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

/** A copy of what a writer held. */
export interface Rescued {
  readonly path: string;
  readonly events: number;
  /** Attempts that have ended, whose metrics lines could not be saved. */
  readonly lostMetrics: number;
}

/** The file is not where its writer opened it, or another program has written into it. */
export class LedgerReplacedError extends Error {
  readonly code = 'LEDGER_REPLACED';
  override readonly name = 'LedgerReplacedError';
  /** Where all that the writer held is now; null where it could be written nowhere. */
  readonly rescued: Rescued | null;

  /** @param movedTo the folder in which the whole ledger lies now, where it was moved */
  constructor(path: string, change: FileChange, movedTo: string | null, rescued: Rescued | null) {
    const way = change.change === 'closed' ? wayBack(path, rescued) : wayOn(path, movedTo, rescued);
    super([whatHappened(change, movedTo), way].join('\n'));
    this.rescued = rescued;
  }
}

function whatHappened({ path, change }: FileChange, movedTo: string | null): string {
  const stops = 'Nothing more is decided or acknowledged here; trials go on on their hosts.';
  if (movedTo !== null) return `${path} was moved to ${movedTo} while this coordinator wrote it. ${stops}`;
  switch (change) {
    case 'removed':
      return `${path} was removed or moved away while this coordinator wrote it. ${stops}`;
    case 'closed':
      return `The folder of ${path} was closed to this user (chmod, chown) while this coordinator wrote it. ${stops}`;
    case 'replaced':
      return `Another file took the place of ${path} while this coordinator wrote it. ${stops}`;
    case 'written':
      return `Another program wrote into ${path} while this coordinator wrote it. ${stops}`;
    default:
      return change satisfies never;
  }
}

/** Nothing is wrong with the ledger itself. */
function wayBack(path: string, rescued: Rescued | null): string {
  const copy =
    rescued === null ? '' : ` A copy of all ${rescued.events} events is in ${rescued.path} until then.`;
  return `Open the folder again (chmod u+rwx), then \`labsweep resume --state ${dirname(path)}\` goes on.${copy}`;
}

function wayOn(path: string, movedTo: string | null, rescued: Rescued | null): string {
  if (rescued === null)
    return 'What it held could not be written to any folder here: `labsweep ledger restore FILE` goes on from a backup.';
  const { events, lostMetrics } = rescued;
  const held = `All ${events} events that the coordinator held are in ${rescued.path}`;
  if (movedTo !== null) return `\`labsweep resume --state ${movedTo}\` goes on there. ${held} as well.`;
  const lines =
    lostMetrics === 0 ? '' : ` The metrics lines of ${lostMetrics} attempts are lost; their results are not.`;
  const state = `--state ${dirname(path)}`;
  return (
    `${held}.${lines}\n\`labsweep ledger restore ${rescued.path} ${state} && labsweep resume ${state}\` goes on with ` +
    'them, and keeps the file that is there now in a folder beside it.'
  );
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
  11: 'the file is damaged; `labsweep ledger verify` says what can be saved',
  13: 'the disk is full; free some space and run the command again',
  14: 'the folder cannot be entered or written; check its owner',
};

function explain(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  const remedy = remedies[sqliteCode(cause) ?? -1];
  return remedy === undefined ? message : `${remedy} (${message})`;
}

/** SQLITE_CANTOPEN. */
export const isNotOpened = (error: unknown): boolean => sqliteCode(error) === 14;

/** SQLITE_NOTADB: the file's header is not SQLite's. */
export const isNotADatabase = (error: unknown): boolean => sqliteCode(error) === 26;

/**
 * Whether SQLite met something in a file that it could not have written: a page, a schema or a header that make no
 * sense. A disk that fails, a file that is busy or somebody else's are something else.
 */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error);
  return code !== null && damage.has(code);
}

/** SQLITE_ERROR (no such table, an unknown format), CORRUPT, TOOBIG, MISMATCH, NOTADB. */
const damage: ReadonlySet<number> = new Set([1, 11, 18, 20, 26]);

/** Primary result code of an error of SQLite, else null. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}
