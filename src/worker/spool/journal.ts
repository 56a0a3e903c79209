import {
  closeSync,
  constants,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { Alarm } from '../alarm.ts';
import type { JournalRecord } from '../core/journal-record.ts';

/** What was written reaches the disk as fast as this, where the disk is faster than that. */
const syncEveryMs = 1_000;

/**
 * What an agent has decided, one record a line. Nothing waits until it has reached the disk, which follows a moment
 * later: after a power loss the boot id is another, and only what verifies counts. Written at a known position, so that
 * a write which a full disk cut short is written over.
 */
export class Journal {
  readonly #path: string;
  /** Null where it could not be opened yet. */
  #file: number | null;
  #size: number;
  /** What comes before the next record: the end of a line that a crash has torn. */
  #lead: string;
  readonly #syncing = new Alarm(() => this.#syncSoon());
  /** Whether something was written that may not have reached the disk, and whether its turn comes. */
  #isAhead = false;
  #isSyncing = false;
  #isClosed = false;

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  private constructor(path: string, file: number | null, size: number, lead: string) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.#lead = lead;
  }

  /**
   * Replaces the journal at `path` by these records, in one rename: a crash leaves the old one or the new one.
   *
   * @throws the system's error where the disk has no room for it; the old one stays then
   */
  static rewrite(path: string, records: Iterable<JournalRecord>): Journal {
    const next = `${path}.next`;
    rmSync(next, { recursive: true, force: true });
    const file = openSync(next, 'wx+', 0o600);
    try {
      for (const text of piecesOf(records)) writeFileSync(file, text);
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
        rmSync(path, { recursive: true, force: true });
      // Else a power loss may leave the new name with nothing of it, where the old one had all.
      syncNow(file);
      renameSync(next, path);
      return new Journal(path, file, fstatSync(file).size, '');
    } catch (error) {
      closeSync(file);
      rmSync(next, { force: true });
      throw error;
    }
  }

  /** Goes on behind what was read of the journal at `path`, which may be opened only once there is room for that. */
  static goOn(path: string, sizeBytes: number): Journal {
    return new Journal(path, null, sizeBytes, sizeBytes === 0 ? '' : '\n');
  }

  /** One write for all of them. @throws the system's error when the disk takes no more; nothing counts as written then */
  append(records: readonly JournalRecord[]): void {
    this.#file ??= openOwn(this.#path);
    const bytes = Buffer.from(this.#lead + textOf(records));
    let written = 0;
    while (written < bytes.length)
      written += writeSync(this.#file, bytes, written, bytes.length - written, this.#size + written);
    this.#size += bytes.length;
    this.#lead = '';
    this.#isAhead = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#syncing.set(0);
  }

  /** Whether it lies where the next agent looks for it: a trial, or a person, may have taken it away. */
  get isThere(): boolean {
    if (this.#file === null) return true;
    const [own, found] = [fstatSync(this.#file), lstatSync(this.#path, { throwIfNoEntry: false })];
    return found !== undefined && found.ino === own.ino && found.dev === own.dev;
  }

  /** Returns once all of it has reached the disk. */
  sync(): void {
    if (this.#file !== null) syncNow(this.#file);
  }

  #syncSoon(): void {
    this.#isSyncing = this.#isAhead;
    if (!this.#isAhead || this.#file === null) return;
    this.#isAhead = false;
    fdatasync(this.#file, () => {
      if (!this.#isClosed) this.#syncing.set(syncEveryMs);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#syncing.clear();
    if (this.#file === null) return;
    ftruncateSync(this.#file, this.#size);
    closeSync(this.#file);
  }
}

/** The file, made where it is not there; what is no file gives way to it. */
function openOwn(path: string): number {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
  try {
    const file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    if (fstatSync(file).isFile()) return file;
    closeSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'ELOOP' && code !== 'EISDIR' && code !== 'ENXIO') throw error;
  }
  rmSync(path, { recursive: true, force: true });
  return openSync(path, O_RDWR | O_CREAT | constants.O_EXCL, 0o600);
}

/** A disk that cannot say that it has it has it as surely as it has anything; it says so of what is written next. */
function syncNow(file: number): void {
  try {
    fdatasyncSync(file);
  } catch {
    // As above.
  }
}

const textOf = (records: Iterable<JournalRecord>): string => [...piecesOf(records)].join('');

const pieceChars = 1024 ** 2;

/** All records may be more than one text can hold. */
function* piecesOf(records: Iterable<JournalRecord>): Generator<string> {
  let text = '';
  for (const record of records) {
    text += `${JSON.stringify(record)}\n`;
    if (text.length < pieceChars) continue;
    yield text;
    text = '';
  }
  yield text;
}
