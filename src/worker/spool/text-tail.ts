import { lstatSync, statSync } from 'node:fs';
import { readBytes } from './log-file.ts';

/** What is longer is no metrics line. */
const longestLine = 64 * 1024;
/** What one look reads at most: a program that floods its log does not stop the agent for it. */
const mostBytes = 4 * 1024 * 1024;
/** What is read at the end of a trial that wrote without bounds. */
const mostBehindBytes = 1024 ** 3;

/** Reads the whole lines that a file has gained since the last look. A file that is not there yet has none. */
export class TextTail {
  readonly path: string;
  readonly #within: string | null;
  #offset: number;

  /** @param within as for `openFile` */
  constructor(path: string, offset: number, within: string | null = null) {
    this.path = path;
    this.#within = within;
    this.#offset = offset;
  }

  /** Bytes that were read: the start of the first line that was not. */
  get offset(): number {
    return this.#offset;
  }

  /** Goes on at `offset`: the file was cut. */
  skipTo(offset: number): void {
    this.#offset = offset;
  }

  /** Whether more than one look would take is left to be read. */
  get isFarBehind(): boolean {
    return (this.#size() ?? 0) - this.#offset > mostBytes;
  }

  /** Of a file that has grown past all measure, only the end is read. */
  skipFar(): void {
    this.#offset = Math.max(this.#offset, (this.#size() ?? 0) - mostBehindBytes);
  }

  /**
   * Takes one look at the file.
   *
   * @param complete the writer is gone, so a last line without its end is a line too
   * @throws OddFileError, or the system's error
   */
  read(complete: boolean): string[] {
    const size = this.#size();
    if (size !== null && size < this.#offset) this.#offset = 0; // a program that begins its CSV anew
    if (size !== null && size <= this.#offset) return [];
    const { bytes, sizeBytes } = readBytes(this.path, this.#offset, mostBytes, this.#within);
    const isLast = complete && this.#offset + bytes.length >= sizeBytes;
    const end = isLast ? bytes.length : bytes.lastIndexOf(10) + 1;
    if (end === 0) {
      // Half a line waits for its other half; a line without an end is let go of.
      if (bytes.length > longestLine) this.#offset += bytes.length;
      return [];
    }
    this.#offset += end;
    return bytes
      .toString('utf8', 0, end)
      .split(/[\r\n]+/)
      .filter((line) => line !== '' && line.length <= longestLine);
  }

  /** Null where something else than a file lies there: opening it says what that is. */
  #size(): number | null {
    const look = this.#within === null ? lstatSync : statSync;
    const found = look(this.path, { throwIfNoEntry: false });
    return found === undefined ? 0 : found.isFile() ? found.size : null;
  }
}
