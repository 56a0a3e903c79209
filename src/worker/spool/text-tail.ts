import { lstatSync } from 'node:fs';
import { linesOf } from '../../model/printed/printed-lines.ts';
import { readBytes } from './log-file.ts';

const mib = 1024 ** 2;
/** What one look reads at most: a program that floods its log does not stop the agent for it. */
export const mostBytesOfLook = 4 * mib;
/** A line is read whole up to this; a longer one is told of, and its trial fails. */
export const longestLineBytes = 16 * mib;

const comparedBytes = 256;

export interface TailLine {
  readonly text: string;
  /** Where it begins in the file, in bytes. */
  readonly at: number;
}

/** Reads the whole lines that a file has gained since the last look. A file that is not there yet has none. */
export class TextTail {
  readonly path: string;
  #offset: number;
  #isStuck = false;
  /** The bytes before the offset, to see that the file goes on as it was; null where nobody has looked at them. */
  #before: Buffer | null = null;
  #lookedAt = { size: 0, changedMs: 0 };

  constructor(path: string, offset: number) {
    this.path = path;
    this.#offset = offset;
  }

  /** Bytes that were read: the start of the first line that was not. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether the next line is longer than lines may be. Nothing behind it is read: it might have been the result. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Goes on at `offset`: the file was cut, or is another. */
  skipTo(offset: number): void {
    this.#offset = offset;
    this.#before = null;
  }

  get unreadBytes(): number {
    return Math.max(0, (this.#size() ?? 0) - this.#offset);
  }

  /** Whether more than one look would take is left to be read. */
  get isFarBehind(): boolean {
    return !this.#isStuck && (this.#size() ?? 0) - this.#offset > mostBytesOfLook;
  }

  /**
   * Takes one look at the file.
   *
   * @param complete the writer is gone, so a last line without its end is a line too
   * @throws OddFileError, or the system's error
   */
  read(complete: boolean): TailLine[] {
    const size = this.#size();
    if (size !== null && !this.#goesOn(size, complete)) this.skipTo(0); // a program that begins its report anew
    if (this.#isStuck || (size !== null && size <= this.#offset)) return [];
    return this.#look(mostBytesOfLook, complete) ?? this.#look(longestLineBytes, complete) ?? this.#stick();
  }

  #goesOn(size: number, complete: boolean): boolean {
    if (size < this.#offset) return false;
    const before = this.#before;
    if (before === null || before.length === 0) return true;
    const changedMs = lstatSync(this.path).mtimeMs;
    const isSame = size === this.#lookedAt.size && changedMs === this.#lookedAt.changedMs;
    this.#lookedAt = { size, changedMs };
    if (isSame && !complete) return true;
    return readBytes(this.path, this.#offset - before.length, before.length).bytes.equals(before);
  }

  /** Null where so many bytes hold no whole line, and there are more. */
  #look(length: number, complete: boolean): TailLine[] | null {
    const { bytes, sizeBytes } = readBytes(this.path, this.#offset, length);
    const isAll = this.#offset + bytes.length >= sizeBytes;
    const lastEnd = Math.max(bytes.lastIndexOf('\n'), bytes.lastIndexOf('\r'));
    const end = complete && isAll ? bytes.length : lastEnd + 1;
    if (end === 0) return isAll ? [] : null;
    const from = this.#offset;
    this.#offset += end;
    this.#before = Buffer.from(bytes.subarray(Math.max(0, end - comparedBytes), end));
    return [...linesIn(bytes.subarray(0, end), from)];
  }

  #stick(): TailLine[] {
    this.#isStuck = true;
    return [];
  }

  /** Null where something else than a file lies there: opening it says what that is. */
  #size(): number | null {
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    return found === undefined ? 0 : found.isFile() ? found.size : null;
  }
}

/** Split by bytes, so that each line knows where it begins, whatever its letters take. */
function* linesIn(bytes: Buffer, from: number): Generator<TailLine> {
  for (let at = 0; at < bytes.length; ) {
    const lineFeed = bytes.indexOf('\n', at);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    // Where one begins within a bar that is drawn over itself matters to nobody: it is read again from the bar's start.
    for (const text of linesOf(bytes.toString('utf8', at, end))) yield { text, at: from + at };
    at = end + 1;
  }
}
