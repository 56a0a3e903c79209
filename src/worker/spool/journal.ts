import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { Alarm } from '../alarm.ts';
import { type JournalRecord, journalRecordSchema } from '../core/journal-record.ts';

/** What was written reaches the disk as fast as this, where the disk is faster than that. */
const syncEveryMs = 1_000;

/**
 * What an agent has decided, one record a line. Nothing waits until it has reached the disk, which follows a moment
 * later: after a power loss the boot id is another, and only what verifies counts. Written at a known position, so that
 * a write which a full disk cut short is written over.
 */
export class Journal {
  readonly #file: number;
  #size: number;
  readonly #syncing = new Alarm(() => this.#syncSoon());
  /** Whether something was written that may not have reached the disk, and whether its turn comes. */
  #isAhead = false;
  #isSyncing = false;
  #isClosed = false;

  /** In bytes. */
  get size(): number {
    return this.#size;
  }

  private constructor(file: number, size: number) {
    this.#file = file;
    this.#size = size;
  }

  /** Replaces the journal at `path` by these records, in one rename: a crash leaves the old one or the new one. */
  static rewrite(path: string, records: Iterable<JournalRecord>): Journal {
    const next = `${path}.next`;
    const text = textOf(records);
    const file = openSync(next, 'w+');
    writeFileSync(file, text);
    // Else a power loss may leave the new name with nothing of it, where the old one had all.
    syncNow(file);
    renameSync(next, path);
    return new Journal(file, Buffer.byteLength(text));
  }

  /** One write for all of them. @throws the system's error when the disk takes no more; nothing counts as written then */
  append(records: readonly JournalRecord[]): void {
    const bytes = Buffer.from(textOf(records));
    let written = 0;
    while (written < bytes.length)
      written += writeSync(this.#file, bytes, written, bytes.length - written, this.#size + written);
    this.#size += bytes.length;
    this.#isAhead = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#syncing.set(0);
  }

  /** Returns once all of it has reached the disk. */
  sync(): void {
    syncNow(this.#file);
  }

  #syncSoon(): void {
    this.#isSyncing = this.#isAhead;
    if (!this.#isAhead) return;
    this.#isAhead = false;
    fdatasync(this.#file, () => {
      if (!this.#isClosed) this.#syncing.set(syncEveryMs);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#syncing.clear();
    ftruncateSync(this.#file, this.#size);
    closeSync(this.#file);
  }
}

/** A disk that cannot say that it has it has it as surely as it has anything; it says so of what is written next. */
function syncNow(file: number): void {
  try {
    fdatasyncSync(file);
  } catch {
    // As above.
  }
}

/** The records of a journal in order. What is no record (a torn tail, zeros after a power loss) is counted and left out. */
export function readJournal(path: string): {
  readonly records: readonly JournalRecord[];
  readonly torn: number;
} {
  const records: JournalRecord[] = [];
  let torn = 0;
  for (const line of textAt(path).split('\n')) {
    if (line === '') continue;
    const record = parse(line);
    if (record === null) torn += 1;
    else records.push(record);
  }
  return { records, torn };
}

function textAt(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}

function parse(line: string): JournalRecord | null {
  try {
    const decoded = journalRecordSchema.safeParse(JSON.parse(line));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}

function textOf(records: Iterable<JournalRecord>): string {
  let text = '';
  for (const record of records) text += `${JSON.stringify(record)}\n`;
  return text;
}
