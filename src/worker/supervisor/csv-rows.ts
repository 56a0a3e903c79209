import { parse } from 'csv-parse/sync';
import type { MetricsLine } from '../../model/metrics.ts';
import { readNumber } from '../../model/printed-number.ts';

/** What spreadsheets and programs write between cells. */
const delimiters = [',', ';', '\t'];
const byteOrderMark = Buffer.from('\ufeff');

export interface CsvRow {
  readonly line: MetricsLine;
  /** Bytes up to its end, of all that was taken. */
  readonly endsAt: number;
}

/** Rows of a CSV file (RFC 4180, and what Python's csv module reads besides) as metrics lines, piece by piece. */
export class CsvRows {
  #names: readonly string[] | null = null;
  #delimiter = ',';
  #taken = 0;

  /** Bytes of all whole rows that were taken. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * The rows that are whole in `bytes`, which go on where the last row ended.
   *
   * @param isEnd nothing follows: a last row without its end is one too
   */
  take(bytes: Buffer, isEnd: boolean): CsvRow[] {
    const mark = this.#taken === 0 && bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0;
    const text = bytes.subarray(mark);
    if (this.#names === null) this.#delimiter = delimiterOf(text);
    const from = this.#taken + mark;
    const rows: CsvRow[] = [];
    for (const { cells, end } of recordsOf(text, this.#delimiter, isEnd)) {
      this.#taken = from + end;
      const line = this.#lineOf(cells);
      if (line !== null) rows.push({ line, endsAt: this.#taken });
    }
    if (isEnd) this.#taken = from + text.length; // empty lines at the end are no rows
    return rows;
  }

  /** Null for the names of the columns, and for a row without anything in it. */
  #lineOf(cells: readonly string[]): MetricsLine | null {
    if (this.#names === null || isHeader(cells, this.#names)) {
      this.#names = cells;
      return null;
    }
    const line =
      cells.length > this.#names.length ? unreadable(this.#names, cells) : named(this.#names, cells);
    return Object.keys(line).length === 0 ? null : line;
  }
}

/** That which cuts the names of the columns into the most, and no name that stands in quotes and may hold another. */
function delimiterOf(text: Buffer): string {
  const cuts = delimiters.map((delimiter) => {
    const names = parse(text, { ...reading, delimiter, to: 1, skip_records_with_error: true })[0] ?? [];
    return { delimiter, count: names.length, quotes: names.join('').split('"').length };
  });
  return cuts.reduce((best, other) =>
    other.quotes < best.quotes || (other.quotes === best.quotes && other.count > best.count) ? other : best,
  ).delimiter;
}

const reading = {
  ltrim: true,
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
};

interface Cells {
  readonly cells: readonly string[];
  readonly end: number;
}

/** Whole records of a text, with where they end. */
function recordsOf(text: Buffer, delimiter: string, isEnd: boolean): Cells[] {
  const records: Cells[] = [];
  const note = (cells: readonly string[], { bytes }: { readonly bytes: number }): null => {
    const end = Math.min(bytes, text.length);
    const last = text[end - 1];
    if (isEnd || last === 10 || last === 13) records.push({ cells: cells.map(trimmed), end });
    return null;
  };
  try {
    parse(text, { ...reading, delimiter, on_record: note });
  } catch (error) {
    if (!isOpenQuote(error)) throw error;
    const from = records.at(-1)?.end ?? 0;
    // As Python does: the file's end closes the quote. Before it, the rest of the cell is yet to come.
    if (isEnd)
      records.push(
        ...recordsOf(Buffer.concat([text.subarray(from), Buffer.from('"')]), delimiter, true).map(
          ({ cells, end }) => ({ cells, end: Math.min(from + end, text.length) }),
        ),
      );
  }
  return records;
}

const isOpenQuote = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'CSV_QUOTE_NOT_CLOSED';

/** Spaces behind a quoted cell leave it its quotes. */
function trimmed(cell: string): string {
  const text = cell.trim();
  return text.length > 1 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text;
}

/** The names again, or others: a program that goes on in a file which it had begun writes them once more. */
const isHeader = (cells: readonly string[], names: readonly string[]): boolean =>
  cells.some((cell) => cell !== '' && names.includes(cell)) &&
  cells.every((cell) => readNumber(cell) === null);

/** Columns without a name have none of the metrics. Of two with one name both are said, where they differ. */
function named(names: readonly string[], cells: readonly string[]): MetricsLine {
  const line = new Map<string, number | string>();
  names.forEach((name, index) => {
    const cell = cells[index] ?? '';
    if (name === '' || cell === '') return;
    const value = readNumber(cell) ?? cell;
    const other = line.get(name) ?? value;
    line.set(name, other === value ? value : `${other} and ${value}`);
  });
  return Object.fromEntries(line);
}

/** More cells than names: which of them has no name cannot be known (`1,0,91` under two names), so none is a figure. */
function unreadable(names: readonly string[], cells: readonly string[]): MetricsLine {
  if (cells.slice(names.length).every((cell) => cell === '')) return named(names, cells);
  const said = `${cells.join(',').slice(0, 200)} (${cells.length} cells under ${names.length} names)`;
  return Object.fromEntries(names.filter((name) => name !== '').map((name) => [name, said]));
}
