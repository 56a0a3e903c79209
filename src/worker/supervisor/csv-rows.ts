import type { MetricsLine } from '../../model/metrics.ts';
import { parsePrinted } from './metrics-line.ts';

/** Rows of a CSV file (RFC 4180, without line breaks in cells) as metrics lines; the first row names the columns. */
export class CsvRows {
  #header: readonly string[] | null = null;

  get hasHeader(): boolean {
    return this.#header !== null;
  }

  read(rows: readonly string[]): MetricsLine[] {
    const lines: MetricsLine[] = [];
    for (const row of rows) {
      const cells = cellsOf(row);
      if (this.#header === null) this.#header = cells;
      else lines.push(lineOf(this.#header, cells));
    }
    return lines;
  }
}

const lineOf = (header: readonly string[], cells: readonly string[]): MetricsLine =>
  Object.fromEntries(
    header.flatMap((name, index) => {
      const cell = cells[index]?.trim() ?? '';
      return name === '' || cell === '' ? [] : [[name, parsePrinted(cell) ?? cell]];
    }),
  );

const cellsOf = (row: string): string[] =>
  [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'),
  );
