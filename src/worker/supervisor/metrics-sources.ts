import { join } from 'node:path';
import type { Launch } from '../../model/launch.ts';
import type { Offsets } from '../core/journal-record.ts';
import type { Batch } from '../core/kept-lines.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { own } from '../../model/own.ts';
import { saysNone } from '../../model/printed/unread-figure.ts';
import { placeAfterCut } from '../spool/log-file.ts';
import { longestLineBytes, TextTail } from '../spool/text-tail.ts';
import { CsvFile } from './csv-file.ts';
import type { RowsTaken } from './csv-history.ts';
import { reportedLines } from './metrics-line.ts';
import { StdoutPatterns } from './stdout-patterns.ts';

/** Where an attempt's metrics lines come from: its report, and what the sweep says of its output and a CSV file. */
export class MetricsSources {
  readonly #objective: string;
  readonly #report: TextTail;
  readonly #log: TextTail;
  readonly #csv: CsvFile | null;
  readonly #csvName: string | null;
  readonly #patterns: StdoutPatterns | null;
  #problem: string | null = null;
  /** What the CSV file has said in the place of the objective. */
  #none: string | null = null;

  /** @param offsets how far an earlier agent has read */
  constructor(run: RunFolder, { metrics, objective }: Launch, offsets: Offsets) {
    this.#objective = objective.metric;
    this.#report = new TextTail(run.report, offsets.report);
    this.#log = new TextTail(run.log, offsets.log);
    this.#csvName = metrics.csv;
    // It may lie among the artifacts, with a link to it where the program runs.
    this.#csv = metrics.csv === null ? null : new CsvFile(join(run.work, metrics.csv), run.root, offsets);
    this.#patterns = metrics.stdout.length === 0 ? null : new StdoutPatterns(metrics.stdout);
  }

  /** Of the log up to the first line whose numbers are not given out yet: an agent that begins anew reads them again. */
  get offsets(): Offsets {
    const log = this.#patterns?.openAt ?? this.#log.offset;
    return { csv: 0, csvRows: 0, csvHash: 0, ...this.#csv?.offsets, report: this.#report.offset, log };
  }

  /** Bytes that no look has taken yet. */
  get unreadBytes(): number {
    const ofLog = this.#patterns === null ? 0 : this.#log.unreadBytes;
    return this.#report.unreadBytes + ofLog + (this.#csv?.unreadBytes ?? 0);
  }

  /** Why the CSV file could not be read at the last look; null where it could. The other sources do not wait for it. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Whether one look would leave more to be read. */
  get isFarBehind(): boolean {
    return this.#report.isFarBehind || this.isLogFarBehind || this.#csv?.isFarBehind === true;
  }

  /** Only where something is looked for in it. */
  get isLogFarBehind(): boolean {
    return this.#patterns !== null && this.#log.isFarBehind;
  }

  /** A line or a row that is longer than they are read, in a sentence; null where there is none. */
  get overlong(): string | null {
    const most = `is longer than ${longestLineBytes / 1024 ** 2} MiB, the most that labsweep reads`;
    if (this.#report.isStuck)
      return `a line of its report (at byte ${this.#report.offset}) ${most}; leave out what is no metric`;
    if (this.#log.isStuck)
      return `a line of its output (at byte ${this.#log.offset}) ${most}; print it in shorter lines`;
    if (this.#csv?.isStuck !== true) return null;
    return `a row of ${this.#csvName ?? ''} (at byte ${this.#csv.offsets.csv}) ${most}; is there a quote that nobody closes?`;
  }

  /** Why a metric may be missing, as the end of a sentence; null where nothing is known of it. */
  get hint(): string | null {
    const other = this.#patterns?.passedOver ?? null;
    if (other !== null)
      return `a word stands before the pattern's words in its output, which makes another name of them; the pattern "${other}" reads that one`;
    if (this.#none !== null) return `${this.#csvName ?? ''} says "${this.#none}" in its place`;
    return this.#csv?.isMissing === true ? `it wrote no ${this.#csvName ?? ''}` : null;
  }

  /**
   * The lines that came since the last look, as many as one look takes.
   *
   * @param complete its processes are gone: half lines count too
   * @throws OddFileError, or the system's error
   */
  read(complete: boolean): Batch {
    const reported = this.#report.read(complete).flatMap((line) => reportedLines(line, this.#objective));
    const printed = this.#patterns?.read(this.#log.read(complete), complete) ?? [];
    const lines = [...reported, ...printed];
    if (this.#csv === null) return { lines, standing: null };
    const rows = this.#rowsOf(this.#csv, complete);
    // What another source has reported goes on to count.
    const isAlone = this.#patterns === null && this.#report.offset === 0;
    return { lines: [...lines, ...rows.lines], standing: isAlone ? rows.standing : null };
  }

  #rowsOf(csv: CsvFile, complete: boolean): RowsTaken {
    this.#problem = null;
    try {
      const { lines, standing } = csv.read(complete);
      return { lines: this.#filled(lines), standing: standing === null ? null : this.#filled(standing) };
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      return { lines: [], standing: null };
    }
  }

  /** Rows of which `NA` for the objective is an empty cell, as Keras, pandas and R mean it: the last row that has it counts. */
  #filled(rows: readonly MetricsLine[]): MetricsLine[] {
    return rows.flatMap((row) => {
      const value = own(row, this.#objective);
      if (typeof value !== 'string' || !saysNone(value)) return [row];
      this.#none = value;
      const { [this.#objective]: _, ...rest } = row;
      return Object.keys(rest).length === 0 ? [] : [rest];
    });
  }

  /** The log was cut from `before` bytes to `after`, all of it read. */
  logCut(before: number, after: number): void {
    this.#log.skipTo(after);
    this.#patterns?.moved((at) => placeAfterCut(at, before, after));
  }
}
