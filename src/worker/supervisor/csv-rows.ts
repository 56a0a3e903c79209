import { CsvError, type Options, parse } from 'csv-parse/sync';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { readNumber } from '../../model/printed/printed-number.ts';

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
  /** Whether a row had a cell without a name, so that no row of that length has its figures where they belong. */
  #isShifted = false;

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
    for (const record of recordsOf(text, this.#delimiter, isEnd)) {
      this.#taken = from + record.end;
      const line = this.#lineOf(record);
      if (line !== null) rows.push({ line, endsAt: this.#taken });
    }
    if (isEnd) this.#taken = from + text.length; // empty lines at the end are no rows
    return rows;
  }

  /** Null for the names of the columns, and for a row without anything in it. */
  #lineOf({ cells, isOpen }: Cells): MetricsLine | null {
    if (this.#names === null && isDelimiterLine(cells)) return null;
    if (this.#names === null || isHeader(cells, this.#names)) {
      this.#names = cells;
      this.#isShifted = false;
      return null;
    }
    const more = cells.slice(this.#names.length);
    this.#isShifted ||= more.some((cell) => cell !== '');
    const isShifted = this.#isShifted && more.length > 0;
    const problem = isOpen ? 'a quote that nobody closes' : isShifted ? tooMany(this.#names, cells) : null;
    const line = problem === null ? named(this.#names, cells) : unreadable(this.#names, cells, problem);
    return Object.keys(line).length === 0 ? null : line;
  }
}

/** That which cuts the names of the columns into the most, and no name that stands in quotes and may hold another. */
function delimiterOf(text: Buffer): string {
  const cuts = delimiters.map((delimiter) => {
    const [names = []] = recordsOf(text, delimiter, true, 1).map(({ cells }) => cells);
    return { delimiter, count: names.length, quotes: names.join('').split('"').length };
  });
  return cuts.reduce((best, other) =>
    other.quotes < best.quotes || (other.quotes === best.quotes && other.count > best.count) ? other : best,
  ).delimiter;
}

interface Cells {
  readonly cells: readonly string[];
  readonly end: number;
  /** Its last cell holds all lines up to the file's end, for want of a quote. */
  readonly isOpen: boolean;
}

/** Whole records of a text, with where they end; `-1` of them are all. */
function recordsOf(text: Buffer, delimiter: string, isEnd: boolean, most = -1, rtrim = true): Cells[] {
  const records: Cells[] = [];
  const note = (cells: readonly string[], { bytes }: { readonly bytes: number }): null => {
    const end = Math.min(bytes, text.length);
    const last = text[end - 1];
    if (isEnd || last === 10 || last === 13)
      records.push({ cells: cells.map((cell) => cell.trim()), end, isOpen: false });
    return null;
  };
  const problem = problemOf(text, { delimiter, to: most, rtrim, on_record: note });
  const from = records.at(-1)?.end ?? 0;
  const rest = text.subarray(from);
  const more = (again: Buffer, trims: boolean, isOpen: boolean): Cells[] =>
    recordsOf(again, delimiter, isEnd, most, trims).map((record) => ({
      cells: record.cells,
      end: Math.min(from + record.end, text.length),
      isOpen: isOpen || record.isOpen,
    }));
  switch (problem) {
    case null:
      return records;
    case 'CSV_QUOTE_NOT_CLOSED':
      // As Python does: the file's end closes the quote. Before it, the rest of the cell is yet to come.
      return isEnd
        ? [...records, ...more(Buffer.concat([rest, Buffer.from('"')]), rtrim, /[\r\n]./.test(String(rest)))]
        : records;
    default:
      // A word behind a quoted cell: it stays as it stands there.
      return rtrim ? [...records, ...more(rest, false, false)] : records;
  }
}

/** @returns the code of what stopped it; null where nothing did */
function problemOf(text: Buffer, options: Options): string | null {
  try {
    parse(text, {
      ltrim: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...options,
    });
    return null;
  } catch (error) {
    if (error instanceof CsvError) return error.code;
    throw error;
  }
}

/** As Excel writes before the names. */
const isDelimiterLine = ([first, ...others]: readonly string[]): boolean =>
  first === 'sep=' && others.every((cell) => cell === '');

/**
 * The names again, or others: a program that goes on in a file which it had begun writes them once more. One of them must stand in
 * its place, or most of the cells be names: `val,N/A,` is a row of a split that is called as a column.
 */
function isHeader(cells: readonly string[], names: readonly string[]): boolean {
  if (cells.some((cell) => readNumber(cell) !== null)) return false;
  if (cells.some((cell, index) => cell !== '' && cell === names[index])) return true;
  return cells.filter((cell) => cell !== '' && names.includes(cell)).length > cells.length / 2;
}

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

/** With more cells than names it cannot be known which of them has none: `1,0,91` under two. */
const tooMany = (names: readonly string[], cells: readonly string[]): string =>
  `${cells.length} cells under ${names.length} ${names.length === 1 ? 'name' : 'names'}`;

/** None of it is a figure. */
const unreadable = (names: readonly string[], cells: readonly string[], problem: string): MetricsLine =>
  Object.fromEntries(
    names.filter((name) => name !== '').map((name) => [name, `${cells.join(',')} (${problem})`]),
  );
