import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** What is longer is no metrics line. */
const longestLine = 64 * 1024;
/** What one look reads at most: a program that floods its log does not stop the agent for it. */
const mostBytes = 16 * 1024 * 1024;

/** Reads the whole lines that a file has gained since the last look. A file that is not there yet has none. */
export class TextTail {
  readonly path: string;
  #offset: number;

  constructor(path: string, offset: number) {
    this.path = path;
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

  /** @param complete the writer is gone, so a last line without its end is a line too */
  read(complete: boolean): string[] {
    const size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#offset) this.#offset = 0; // a program that begins its CSV anew
    if (size <= this.#offset) return [];
    const bytes = this.#bytes(Math.min(size - this.#offset, mostBytes));
    const isLast = complete && this.#offset + bytes.length >= size;
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

  #bytes(length: number): Buffer {
    const file = openSync(this.path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, this.#offset));
    } finally {
      closeSync(file);
    }
  }
}
