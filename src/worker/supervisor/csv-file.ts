import { createHash, type Hash } from 'node:crypto';
import { fstatSync, readSync, type Stats, statSync } from 'node:fs';
import type { Offsets } from '../core/journal-record.ts';
import { openFile, withFile } from '../spool/open-file.ts';
import { longestLineBytes, mostBytesOfLook } from '../spool/text-tail.ts';
import { CsvHistory, type RowsTaken } from './csv-history.ts';
import { CsvRows } from './csv-rows.ts';

/** So much of a file's beginning is looked at again at each look, all that was read at the last. */
const lookedAtAgain = 256 * 1024;
const nothing: RowsTaken = { lines: [], standing: null };

/** Rows of a CSV file that a program goes on writing, or writes anew: in its place, or as another file of its name. */
export class CsvFile {
  readonly #path: string;
  readonly #within: string;
  readonly #history: CsvHistory;
  /** Bytes that an older agent has read, which counted no rows; 0 else. */
  #countedBytes: number;
  #rows = new CsvRows();
  /** Of all that was read, and of its beginning. */
  #all: Hash = createHash('sha1');
  #beginning: Hash = createHash('sha1');
  /** As it was at the last look. */
  #found: Stats | null = null;
  #isStuck = false;

  /**
   * @param within as for `openFile`
   * @param offsets how far an earlier agent has read: the file is read from its beginning again, and nothing counts twice
   */
  constructor(path: string, within: string, offsets: Offsets) {
    this.#path = path;
    this.#within = within;
    this.#history = new CsvHistory({ rows: offsets.csvRows ?? 0, hash: offsets.csvHash });
    this.#countedBytes = offsets.csvRows === null ? offsets.csv : 0;
  }

  get offsets(): Pick<Offsets, 'csv' | 'csvRows' | 'csvHash'> {
    const { rows, hash } = this.#history.counted;
    // Until all of them were seen again, the older agent's bytes say more.
    if (this.#rows.taken < this.#countedBytes) return { csv: this.#countedBytes, csvRows: null, csvHash: 0 };
    return { csv: this.#rows.taken, csvRows: rows, csvHash: hash };
  }

  /** Whether a row is longer than rows may be: a quote that nobody closes makes one of all that follows. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Whether nothing was there so far. */
  get isMissing(): boolean {
    return this.#found === null;
  }

  get unreadBytes(): number {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    return Math.max(0, size - this.#rows.taken);
  }

  /** Whether more than one look would take is left to be read. */
  get isFarBehind(): boolean {
    return !this.#isStuck && this.unreadBytes > mostBytesOfLook;
  }

  /**
   * Takes one look at the file, and at its end as many as it takes.
   *
   * @param complete the writer is gone
   * @throws OddFileError, or the system's error
   */
  read(complete: boolean): RowsTaken {
    if (statSync(this.#path, { throwIfNoEntry: false }) === undefined) return nothing;
    return withFile(openFile(this.#path, 'read', this.#within), (file) => {
      const found = fstatSync(file);
      if (!this.#isSame(file, found, complete)) this.#begin();
      this.#found = found;
      let taken = nothing;
      for (;;) {
        const before = this.#rows.taken;
        taken = joined(taken, this.#look(file, found.size, complete));
        const isThrough = this.#rows.taken >= found.size || this.#rows.taken === before;
        if (!complete || this.#isStuck || isThrough) return taken;
      }
    });
  }

  #look(file: number, size: number, complete: boolean): RowsTaken {
    const from = this.#rows.taken;
    for (const length of [mostBytesOfLook, longestLineBytes]) {
      const bytes = bytesAt(file, from, Math.min(length, size - from));
      const isEnd = complete && from + bytes.length >= size;
      const rows = this.#rows.take(bytes, isEnd);
      if (this.#rows.taken === from && bytes.length === length) continue;
      this.#note(bytes.subarray(0, this.#rows.taken - from), from);
      const isCounted = (endsAt: number): boolean => endsAt <= this.#countedBytes;
      for (const { line, endsAt } of rows) if (isCounted(endsAt)) this.#history.count(line);
      const others = rows.filter(({ endsAt }) => !isCounted(endsAt)).map(({ line }) => line);
      return this.#history.take(others, isEnd);
    }
    this.#isStuck = true;
    return nothing;
  }

  #note(bytes: Buffer, from: number): void {
    this.#all.update(bytes);
    if (from < lookedAtAgain) this.#beginning.update(bytes.subarray(0, lookedAtAgain - from));
  }

  /** Whether it still begins with all that was read of it. */
  #isSame(file: number, found: Stats, complete: boolean): boolean {
    const before = this.#found;
    const { taken } = this.#rows;
    if (before === null || taken === 0) return true;
    if (before.ino !== found.ino || found.size < taken) return false;
    if (!complete && before.size === found.size && before.mtimeMs === found.mtimeMs) return true;
    const first = Math.min(taken, lookedAtAgain);
    if (hashOf(file, first) !== this.#beginning.copy().digest('hex')) return false;
    return !complete || taken <= first || hashOf(file, taken) === this.#all.copy().digest('hex');
  }

  #begin(): void {
    this.#rows = new CsvRows();
    this.#history.begin();
    this.#all = createHash('sha1');
    this.#beginning = createHash('sha1');
    this.#isStuck = false;
    this.#countedBytes = 0;
  }
}

const joined = (one: RowsTaken, other: RowsTaken): RowsTaken => ({
  lines: [...one.lines, ...other.lines],
  standing: other.standing ?? one.standing,
});

function bytesAt(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, length));
  return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
}

function hashOf(file: number, length: number): string {
  const hash = createHash('sha1');
  for (let at = 0; at < length; ) {
    const bytes = bytesAt(file, at, Math.min(mostBytesOfLook, length - at));
    if (bytes.length === 0) break;
    hash.update(bytes);
    at += bytes.length;
  }
  return hash.digest('hex');
}
