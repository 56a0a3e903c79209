import { createHash } from 'node:crypto';
import type { MetricsLine } from '../../model/result/metrics.ts';

/** Rows of a file that have counted, by their number and a hash of them all. */
export interface CountedRows {
  readonly rows: number;
  readonly hash: number;
}

/** What rows mean to those that have counted before. */
export interface RowsTaken {
  /** Rows that count now and did not before. */
  readonly lines: MetricsLine[];
  /**
   * Not null where the file tells another history than the one that has counted: what counted of it counts no more, but for
   * these rows, which stand in both.
   */
  readonly standing: readonly MetricsLine[] | null;
}

/**
 * Which rows of a file count, when the file may be written anew at any moment. Rows that agree with those counted are not
 * counted again, whatever columns the file has gained. From the first that differs on, or where the file ends before them,
 * it is another history. So the result is the same whether the file was looked at often or once, at its end.
 */
export class CsvHistory {
  /** Hashes of the rows counted, each of all up to it. After a restart the last of them alone is known. */
  #counted: (number | undefined)[] = [];
  /** Of the rows of this reading, from the file's beginning. */
  #seen: number[] = [];
  /** Those of them that agree with counted ones so far. */
  #held: MetricsLine[] = [];

  constructor(counted: CountedRows) {
    if (counted.rows > 0) this.#counted[counted.rows - 1] = counted.hash;
  }

  get counted(): CountedRows {
    return { rows: this.#counted.length, hash: this.#counted.at(-1) ?? 0 };
  }

  /** The file is read from its beginning again. */
  begin(): void {
    this.#seen = [];
    this.#held = [];
  }

  /** A row that an older journal has counted, which tells bytes alone. */
  count(line: MetricsLine): void {
    this.#counted.push(this.#see(line));
  }

  /** @param isEnd no row follows */
  take(rows: readonly MetricsLine[], isEnd: boolean): RowsTaken {
    const lines: MetricsLine[] = [];
    let standing: readonly MetricsLine[] | null = null;
    for (const line of rows) {
      const hash = this.#see(line);
      if (this.#seen.length > this.#counted.length) {
        this.#counted.push(hash);
        lines.push(line);
        continue;
      }
      const before = this.#counted[this.#seen.length - 1];
      if (before === undefined || before === hash) this.#held.push(line);
      else {
        standing = this.#anew(lines);
        lines.push(line);
      }
      if (this.#seen.length === this.#counted.length) this.#agreed();
    }
    if (isEnd && this.#seen.length > 0 && this.#seen.length < this.#counted.length)
      standing = this.#anew(lines);
    return { lines, standing };
  }

  #agreed(): void {
    this.#counted = [...this.#seen];
    this.#held = [];
  }

  /** What was seen counts in the place of what had counted. Where it is not known which of it had, all of it is new. */
  #anew(lines: MetricsLine[]): readonly MetricsLine[] {
    const held = this.#held;
    const isKnown = this.#counted[0] !== undefined;
    this.#agreed();
    if (isKnown) return held;
    for (const line of held) lines.push(line);
    return [];
  }

  #see(line: MetricsLine): number {
    const before = this.#seen.at(-1) ?? 0;
    const cells = JSON.stringify(Object.entries(line).sort(byName));
    const hash = createHash('sha1').update(`${before}${cells}`).digest().readUIntBE(0, 6);
    this.#seen.push(hash);
    return hash;
  }
}

const byName = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);
