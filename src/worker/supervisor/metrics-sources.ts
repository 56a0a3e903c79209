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
  readonly #report: TextTail;
  readonly #log: TextTail;
  readonly #csv: TextTail | null;
  readonly #patterns: StdoutPatterns | null;
  readonly #rows = new CsvRows();

  /** @param offsets how far an earlier agent has read */
  constructor(run: RunFolder, metrics: Launch['metrics'], offsets: Offsets) {
    this.#report = new TextTail(run.report, offsets.report);
    this.#log = new TextTail(run.log, offsets.log);
    this.#csv = metrics.csv === null ? null : new TextTail(join(run.work, metrics.csv), offsets.csv);
    this.#patterns = metrics.stdout.length === 0 ? null : new StdoutPatterns(metrics.stdout);
  }

  get offsets(): Offsets {
    return { report: this.#report.offset, log: this.#log.offset, csv: this.#csv?.offset ?? 0 };
  }

  /** The lines that came since the last look. @param complete its processes are gone: all is read, half lines too */
  read(complete: boolean): MetricsLine[] {
    const lines = newLines(this.#report, complete)
      .map(parseMetricsLine)
      .filter((line) => line !== null);
    if (this.#patterns !== null) lines.push(...this.#patterns.read(newLines(this.#log, complete), complete));
    if (this.#csv !== null) lines.push(...this.#readRows(this.#csv, complete));
    return lines;
  }

  /** The log was cut to `size`, all of it read before. */
  logCut(size: number): void {
    this.#log.skipTo(size);
  }

  #readRows(csv: TextTail, complete: boolean): MetricsLine[] {
    if (csv.offset > 0 && !this.#rows.hasHeader) this.#rows.read([firstLine(csv.path)]);
    return this.#rows.read(newLines(csv, complete));
  }
}

/** Of a file that nobody writes to any more, all; else what one look takes. */
function newLines(tail: TextTail, complete: boolean): string[] {
  const lines = tail.read(complete);
  if (!complete) return lines;
  for (let before = -1; before !== tail.offset; ) {
    before = tail.offset;
    lines.push(...tail.read(true));
  }
  return lines;
}

const firstLine = (path: string): string =>
  readBytes(path, 0, 64 * 1024)
    .toString('utf8')
    .split(/[\r\n]/)[0] ?? '';
