/** CSV files of every kind, generated: whole or growing, they are read as Python's csv module reads them. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricsLine } from '../../../src/model/result/metrics.ts';
import { readNumber } from '../../../src/model/printed/printed-number.ts';
import { CsvRows } from '../../../src/worker/supervisor/csv-rows.ts';

const count = Number(process.env['LABSWEEP_GENERATED'] ?? 1_000);

/** Reads all files in one process: each a delimiter and a text. */
const asPython = `
import csv, io, json, sys
csv.field_size_limit(10**9)
print(json.dumps([
    [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text.removeprefix('\\ufeff'), newline=''), delimiter=delimiter, skipinitialspace=True)]
    for delimiter, text in json.load(sys.stdin)]))
`;

interface File {
  readonly delimiter: string;
  readonly text: string;
}

const odd = fc.constantFrom(',', ';', '\t', '"', '\n', '\r\n', '\r', ' ', 'a', 'é', '😀', '1', '.', '-');
const oddText = fc.array(odd, { maxLength: 8 }).map((signs) => signs.join(''));
const number = fc.oneof(fc.double({ noDefaultInfinity: true }).map(String), fc.integer().map(String));
const cell = fc.oneof(number, fc.constantFrom('', 'nan', 'N/A', 'train', 'a b', '5" disk'), oddText);
const name = fc.oneof(
  fc.constantFrom('', 'epoch', 'val_acc', 'loss', 'val acc', 'lr;base', 'a,b', 'top "1"', 'é'),
  oddText.map((text) => text && `n${text}`),
);
const padding = fc.constantFrom('', '', '', ' ', '  ');

/** A cell in quotes where it needs them, or for no reason. */
const written = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(text, padding, padding, fc.boolean()).map(([value, before, behind, quotes]) => {
    const isPlain = /^[^",;\t\r\n][^,;\t\r\n]*$/.test(value) && !/^\s/.test(value);
    const shown = quotes || !(isPlain || value === '') ? `"${value.replaceAll('"', '""')}"` : value;
    return before + shown + behind;
  });

const header = (size: number): fc.Arbitrary<string[]> =>
  fc.array(written(name.map((text) => text.replaceAll('"', "'"))), { minLength: size, maxLength: size });

const file: fc.Arbitrary<File> = fc
  .record({
    delimiter: fc.constantFrom(',', ';', '\t'),
    columns: fc.integer({ min: 2, max: 6 }),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    mark: fc.constantFrom('', '\ufeff'),
    isEnded: fc.boolean(),
  })
  .chain(({ delimiter, columns, end, mark, isEnded }) =>
    fc
      .tuple(
        header(columns),
        fc.array(fc.array(written(cell), { minLength: 1, maxLength: columns }), { maxLength: 8 }),
      )
      .map(([names, rows]) => ({
        delimiter,
        text: mark + [names, ...rows].map((cells) => cells.join(delimiter)).join(end) + (isEnded ? end : ''),
      })),
  );

/** What labsweep makes of Python's cells: metrics by the names of the first row. */
function linesOf(records: readonly (readonly string[])[]): MetricsLine[] {
  const [names = [], ...rows] = records.filter(
    (cells) => cells.length > 0 && !(cells.length === 1 && cells[0] === ''),
  );
  return rows.flatMap((cells) => {
    const line = Object.fromEntries(
      names.flatMap((title, index) => {
        const value = cells[index] ?? '';
        return title === '' || value === '' ? [] : [[title, readNumber(value) ?? value]];
      }),
    );
    return Object.keys(line).length === 0 ? [] : [line];
  });
}

/** Read in pieces, as a program writes them, each from where the last whole row ended. */
function readInPieces(text: string, cuts: readonly number[]): MetricsLine[] {
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length];
  const rows = new CsvRows();
  return ends.flatMap((end, index) =>
    rows.take(bytes.subarray(rows.taken, end), index === ends.length - 1).map(({ line }) => line),
  );
}

/** Names that come twice and names that come again in a row have rules of their own (reading.test.ts). */
const isOrdinary = (records: readonly (readonly string[])[]): boolean => {
  const [names = [], ...rows] = records.filter((cells) => cells.some((text) => text !== ''));
  const titles = names.filter((title) => title !== '');
  return (
    titles.length > 0 &&
    new Set(titles).size === titles.length &&
    !rows.flat().some((text) => text !== '' && titles.includes(text))
  );
};

describe('a generated CSV file', () => {
  it(`is read as Python reads it (${count} files)`, { timeout: 300_000 }, () => {
    const files = fc.sample(
      fc.tuple(file, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })),
      count,
    );
    const input = JSON.stringify(files.map(([{ delimiter, text }]) => [delimiter, text]));
    const answer: string[][][] = JSON.parse(
      execFileSync('python3', ['-c', asPython], { input, encoding: 'utf8', maxBuffer: 2 ** 30 }),
    );
    let compared = 0;
    files.forEach(([{ text }, cuts], index) => {
      const records = answer[index] ?? [];
      if (!isOrdinary(records)) return;
      compared += 1;
      const expected = linesOf(records);
      expect(readInPieces(text, []), JSON.stringify(text)).toEqual(expected);
      expect(readInPieces(text, cuts), JSON.stringify([text, cuts])).toEqual(expected);
    });
    expect(compared).toBeGreaterThan(count / 4);
  });
});
