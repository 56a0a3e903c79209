/**
 * Rows of a SQLite file found page by page, without the tree that leads to them: what a damaged page hides from
 * SQLite is only what lies on it. Numbers and names are those of https://www.sqlite.org/fileformat2.html.
 */
import { existsSync, readFileSync } from 'node:fs';

/** SQLite's default since 3.12, which every ledger has. */
const pageSize = 4096;
const walHeader = 32;
const frameHeader = 24;

/** Values of a row in the order of its columns; a rowid comes first where the table has one. */
export type FoundRow = readonly (number | string | Buffer | null)[];

/** Every row on a page of the file or of its WAL that can be read; the same row may be found more than once. */
export function* rowsIn(path: string): Generator<FoundRow> {
  const pages = pagesOf(path);
  const latest = new Map(pages.map(({ number, bytes }) => [number, bytes]));
  for (const { bytes } of pages) yield* rowsOnPage(bytes, latest);
}

interface Page {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

type Pages = ReadonlyMap<number, Buffer>;

/** First those of the file, then those of the WAL in the order of their commits. */
function pagesOf(path: string): Page[] {
  const file = readFileSync(path);
  const pages: Page[] = [];
  for (let at = 0; at + pageSize <= file.length; at += pageSize)
    pages.push({ number: at / pageSize + 1, bytes: file.subarray(at, at + pageSize) });
  return pages.concat(walPages(`${path}-wal`));
}

/** Up to the last frame that ends a commit: what comes after it was never whole. */
function walPages(path: string): Page[] {
  if (!existsSync(path)) return [];
  const wal = readFileSync(path);
  const pages: Page[] = [];
  let committed = 0;
  for (let at = walHeader; at + frameHeader + pageSize <= wal.length; at += frameHeader + pageSize) {
    // Frames of before the WAL was begun anew carry another salt (4.1); their pages are in the file.
    if (!isOfThisWal(wal, at)) break;
    const body = at + frameHeader;
    pages.push({ number: wal.readUInt32BE(at), bytes: wal.subarray(body, body + pageSize) });
    if (wal.readUInt32BE(at + 4) > 0) committed = pages.length;
  }
  return pages.slice(0, committed);
}

/** A damaged header of the WAL is not held against its frames: the first of them has the salt as well. */
function isOfThisWal(wal: Buffer, at: number): boolean {
  const salt = wal.subarray(at + 8, at + 16);
  return salt.equals(wal.subarray(16, 24)) || salt.equals(wal.subarray(walHeader + 8, walHeader + 16));
}

/** What differs between the kinds of pages that hold rows (1.6): bytes before the cells, and the most that is kept there. */
interface Layout {
  readonly cellPointers: number;
  readonly leftChild: 0 | 4;
  readonly hasRowid: boolean;
  readonly mostLocal: number;
  readonly leastLocal: number;
}

const leastLocal = Math.floor(((pageSize - 12) * 32) / 255) - 23;
const mostOfIndex = Math.floor(((pageSize - 12) * 64) / 255) - 23;
const layouts: ReadonlyMap<number, Layout> = new Map([
  [0x0d, { cellPointers: 8, leftChild: 0, hasRowid: true, mostLocal: pageSize - 35, leastLocal }],
  [0x0a, { cellPointers: 8, leftChild: 0, hasRowid: false, mostLocal: mostOfIndex, leastLocal }],
  [0x02, { cellPointers: 12, leftChild: 4, hasRowid: false, mostLocal: mostOfIndex, leastLocal }],
]);

function* rowsOnPage(page: Buffer, pages: Pages): Generator<FoundRow> {
  const layout = layouts.get(page.readUInt8(0));
  if (layout === undefined) return;
  const room = Math.floor((pageSize - layout.cellPointers) / 2);
  const cells = Math.min(page.readUInt16BE(3), room);
  for (let index = 0; index < cells; index += 1) {
    const row = rowAt(page, page.readUInt16BE(layout.cellPointers + 2 * index), layout, pages);
    if (row !== null) yield row;
  }
}

/** Null where the bytes there are no row. */
function rowAt(page: Buffer, at: number, layout: Layout, pages: Pages): FoundRow | null {
  try {
    const size = varint(page, at + layout.leftChild);
    const rowid = layout.hasRowid ? varint(page, size.end) : null;
    const record = payload(page, rowid?.end ?? size.end, size.value, layout, pages);
    if (record === null) return null;
    const values = valuesOf(record);
    return rowid === null ? values : [rowid.value, ...values];
  } catch (error) {
    if (error instanceof RangeError) return null; // a length or a place that is not on the page
    throw error;
  }
}

/** A payload that is too large for its page goes on in a list of overflow pages (1.6, "Cell Payload Overflow Pages"). */
function payload(page: Buffer, at: number, size: number, layout: Layout, pages: Pages): Buffer | null {
  if (size <= layout.mostLocal) return whole(page.subarray(at, at + size), size);
  const { leastLocal: least } = layout;
  const best = least + ((size - least) % (pageSize - 4));
  const local = best <= layout.mostLocal ? best : least;
  const parts = [page.subarray(at, at + local)];
  let missing = size - local;
  for (let next = page.readUInt32BE(at + local); missing > 0; ) {
    const overflow = pages.get(next);
    if (overflow === undefined) return null;
    parts.push(overflow.subarray(4, 4 + Math.min(missing, pageSize - 4)));
    missing -= pageSize - 4;
    next = overflow.readUInt32BE(0);
  }
  return whole(Buffer.concat(parts), size);
}

const whole = (bytes: Buffer, size: number): Buffer | null => (bytes.length === size ? bytes : null);

/** The record format (2.1): a header of types, then the values. */
function valuesOf(record: Buffer): FoundRow {
  const header = varint(record, 0);
  const values: (number | string | Buffer | null)[] = [];
  let value = header.value;
  for (let at = header.end; at < header.value; ) {
    const type = varint(record, at);
    const size = sizeOf(type.value);
    if (value + size > record.length) throw new RangeError('the row is longer than its record');
    values.push(valueOf(type.value, record.subarray(value, value + size)));
    value += size;
    at = type.end;
  }
  return values;
}

const sizeOf = (type: number): number =>
  type >= 12 ? Math.floor((type - 12) / 2) : ([0, 1, 2, 3, 4, 6, 8, 8, 0, 0][type] ?? 0);

function valueOf(type: number, bytes: Buffer): number | string | Buffer | null {
  if (type === 0) return null;
  if (type >= 12) return type % 2 === 0 ? bytes : bytes.toString('utf8');
  if (type === 7) return bytes.readDoubleBE(0);
  if (type === 6) return Number(bytes.readBigInt64BE(0));
  return bytes.length === 0 ? type - 8 : bytes.readIntBE(0, bytes.length);
}

/** Seven bits a byte, the first bit says whether another follows; none of ours takes more than seven bytes. */
function varint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let end = at; end < at + 7; end += 1) {
    const byte = bytes.readUInt8(end);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: end + 1 };
  }
  throw new RangeError('no length is so long');
}
