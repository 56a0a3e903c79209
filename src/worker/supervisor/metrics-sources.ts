import { join } from 'node:path';
import type { Launch } from '../../model/launch.ts';
import type { MetricsLine } from '../../model/metrics.ts';
import type { Offsets } from '../core/journal-record.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import { readBytes } from '../spool/log-file.ts';
import { TextTail } from '../spool/text-tail.ts';
import { CsvRows } from './csv-rows.ts';
import { parseMetricsLine } from './metrics-line.ts';
import { StdoutPatterns } from './stdout-patterns.ts';

/** Where an attempt's metrics lines come from: its report, and what the sweep says of its output and a CSV file. */
export class MetricsSources {
  readonly #root: string;
  readonly #report: TextTail;
  readonly #log: TextTail;
  readonly #csv: TextTail | null;
  readonly #patterns: StdoutPatterns | null;
  readonly #rows = new CsvRows();

  /** @param offsets how far an earlier agent has read */
  constructor(run: RunFolder, metrics: Launch['metrics'], offsets: Offsets) {
    this.#root = run.root;
    this.#report = new TextTail(run.report, offsets.report);
    this.#log = new TextTail(run.log, offsets.log);
    // It may lie among the artifacts, with a link to it where the program runs.
    this.#csv =
      metrics.csv === null ? null : new TextTail(join(run.work, metrics.csv), offsets.csv, run.root);
    this.#patterns = metrics.stdout.length === 0 ? null : new StdoutPatterns(metrics.stdout);
  }

  get offsets(): Offsets {
    return { report: this.#report.offset, log: this.#log.offset, csv: this.#csv?.offset ?? 0 };
  }

  /** Whether one look would leave more to be read. */
  get isFarBehind(): boolean {
    return this.#tails().some((tail) => tail.isFarBehind);
  }

  skipFar(): void {
    for (const tail of this.#tails()) tail.skipFar();
  }

  /**
   * The lines that came since the last look, as many as one look takes.
   *
   * @param complete its processes are gone: half lines count too
   * @throws OddFileError, or the system's error
   */
  read(complete: boolean): MetricsLine[] {
    const lines = this.#report
      .read(complete)
      .map(parseMetricsLine)
      .filter((line) => line !== null);
    if (this.#patterns !== null) lines.push(...this.#patterns.read(this.#log.read(complete), complete));
    if (this.#csv !== null) lines.push(...this.#readRows(this.#csv, complete));
    return lines;
  }

  /** Of the log only where something is looked for in it. */
  #tails(): readonly TextTail[] {
    return [this.#report, this.#patterns === null ? null : this.#log, this.#csv].filter(
      (tail) => tail !== null,
    );
  }

  /** The log was cut to `size`, all of it read before. */
  logCut(size: number): void {
    this.#log.skipTo(size);
  }

  #readRows(csv: TextTail, complete: boolean): MetricsLine[] {
    if (csv.offset > 0 && !this.#rows.hasHeader) this.#rows.read([this.#firstLine(csv.path)]);
    return this.#rows.read(csv.read(complete));
  }

  #firstLine(path: string): string {
    const { bytes } = readBytes(path, 0, 64 * 1024, this.#root);
    return bytes.toString('utf8').split(/[\r\n]/)[0] ?? '';
  }
}
