/**
 * The files of an open ledger as its writer left them. SQLite goes on writing into a file that was removed, moved or
 * replaced (https://www.sqlite.org/howtocorrupt.html, 4.2), so that a commit succeeds and nobody ever reads it.
 */
import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type LedgerFile = 'ledger' | 'wal' | 'shm';

export interface FileChange {
  readonly file: LedgerFile;
  readonly path: string;
  /** `closed`: this user may not look any more. `written`: the same file with other content. */
  readonly change: 'removed' | 'closed' | 'replaced' | 'written';
}

interface Seen {
  readonly path: string;
  /** The same for as long as the file is the same (inode(7)). */
  readonly identity: string;
  /** Null where the content is not looked at. */
  readonly content: string | null;
}

export class LedgerFiles {
  readonly #path: string;
  readonly #seen = new Map<LedgerFile, Seen>();

  /** @param isWal whether the file itself is written by checkpoints alone: else its content is not looked at */
  constructor(path: string, isWal: boolean) {
    this.#path = path;
    const real = realpathSync(path); // SQLite keeps the other files beside the file that a link leads to
    this.#take('ledger', path, isWal);
    if (!isWal) return;
    this.#take('wal', `${real}-wal`, true);
    // Readers leave their marks in the index, by way of shared memory.
    this.#take('shm', `${real}-shm`, false);
  }

  /**
   * The first thing that somebody else has done to the files; null where nothing was done. Takes three calls of stat(2).
   *
   * @param own files that the writer has written itself since the last look
   */
  look(...own: readonly LedgerFile[]): FileChange | null {
    for (const [file, before] of this.#seen) {
      const now = seenNow(before.path, before.content !== null);
      if (now === null)
        return { file, path: before.path, change: isClosed(before.path) ? 'closed' : 'removed' };
      if (now.identity !== before.identity) return { file, path: before.path, change: 'replaced' };
      if (own.includes(file)) this.#seen.set(file, now);
      else if (now.content !== before.content) return { file, path: before.path, change: 'written' };
    }
    return null;
  }

  /** Whether a file is where the writer opened it. */
  isInPlace(file: LedgerFile): boolean {
    const before = this.#seen.get(file);
    return before !== undefined && seenNow(before.path, false)?.identity === before.identity;
  }

  /** Where the WAL and its index are, as far as they are there. */
  ownCompanions(): string[] {
    return (['wal', 'shm'] as const).flatMap((file) =>
      this.isInPlace(file) ? (this.#seen.get(file)?.path ?? []) : [],
    );
  }

  /** The folder into which the ledger was moved with all that belongs to it; null where it was not. */
  movedTo(): string | null {
    for (const [file, { identity }] of this.#seen) if (file === 'ledger') return this.#placeOf(identity);
    return null;
  }

  #placeOf(identity: string): string | null {
    for (const path of openFiles())
      if (path !== this.#path && seenNow(path, false)?.identity === identity)
        return this.#areBeside(path) ? dirname(path) : null;
    return null;
  }

  #areBeside(path: string): boolean {
    return (['wal', 'shm'] as const).every((file) => {
      const before = this.#seen.get(file);
      return before === undefined || seenNow(`${path}-${file}`, false)?.identity === before.identity;
    });
  }

  #take(file: LedgerFile, path: string, withContent: boolean): void {
    const seen = seenNow(path, withContent);
    if (seen !== null) this.#seen.set(file, seen);
  }
}

function seenNow(path: string, withContent: boolean): Seen | null {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (found === undefined) return null;
    const { dev, ino, size, mtimeNs } = found;
    return { path, identity: `${dev}:${ino}`, content: withContent ? `${size}:${mtimeNs}` : null };
  } catch {
    return null; // a folder above it has gone, or cannot be entered any more
  }
}

/** Whether a folder on the way cannot be entered (path_resolution(7)): the file may be there all the same. */
function isClosed(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EACCES';
  }
}

/** Of this process, by the names that they have now (proc_pid_fd(5)); none without /proc. */
function openFiles(): string[] {
  const folder = '/proc/self/fd';
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [readlinkSync(join(folder, name))];
      } catch {
        return []; // the one by which the folder was read
      }
    });
  } catch {
    return [];
  }
}
