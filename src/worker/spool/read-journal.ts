/** A journal that was left by whatever end an agent came to: long, torn, or with garbage in its middle. */
import { readSync } from 'node:fs';
import { type JournalRecord, journalRecordSchema } from '../core/journal-record.ts';
import { OddFileError, openFile, withFile } from './open-file.ts';

const chunkBytes = 1024 ** 2;
/** What is longer is no record: leases of one message come together, and a message has its bound (framing.ts). */
const longestLineBytes = 128 * 1024 ** 2;
const lineFeed = 10;

/** How reading went. */
export interface JournalRead {
  /** What is no record (a torn tail, zeros after a power loss) is counted and left out. */
  readonly torn: number;
  readonly sizeBytes: number;
}

/**
 * The records of a journal in order, read as they are asked for; none where there is no such file. What is no file, as a
 * pipe in its place, has none either.
 *
 * @throws the system's error where it cannot be read
 */
export function* recordsOf(path: string): Generator<JournalRecord, JournalRead> {
  let torn = 0;
  let sizeBytes = 0;
  for (const piece of linesOf(path)) {
    sizeBytes = piece.endsAt;
    if (piece.text === '') continue;
    const record = piece.text === null ? null : parse(piece.text);
    if (record === null) torn += 1;
    else yield record;
  }
  return { torn, sizeBytes };
}

/** All of them. @throws as `recordsOf` */
export function readJournal(path: string): {
  readonly records: readonly JournalRecord[];
  readonly torn: number;
} {
  const records: JournalRecord[] = [];
  const reading = recordsOf(path);
  for (let next = reading.next(); ; next = reading.next()) {
    if (next.done === true) return { records, torn: next.value.torn };
    records.push(next.value);
  }
}

interface Line {
  /** Null where it is too long to be one. */
  readonly text: string | null;
  /** The file has been read up to here. */
  readonly endsAt: number;
}

function* linesOf(path: string): Generator<Line> {
  let pieces: Buffer[] = [];
  let length = 0;
  let endsAt = 0;
  const line = (): Line => {
    const text = length > longestLineBytes ? null : Buffer.concat(pieces).toString('utf8');
    pieces = [];
    length = 0;
    return { text, endsAt };
  };
  const add = (piece: Buffer): void => {
    length += piece.length;
    if (length > longestLineBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  for (const chunk of chunksOf(path)) {
    endsAt += chunk.length;
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, at));
      from = at + 1;
      yield line();
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield line();
}

function* chunksOf(path: string): Generator<Buffer> {
  for (let offset = 0; ; ) {
    const chunk = chunkAt(path, offset);
    if (chunk.length === 0) return;
    offset += chunk.length;
    yield chunk;
  }
}

/** Opened for each: who stops reading in between leaves nothing open. */
function chunkAt(path: string, offset: number): Buffer {
  try {
    return withFile(openFile(path), (file) => {
      const bytes = Buffer.allocUnsafe(chunkBytes);
      return bytes.subarray(0, readSync(file, bytes, 0, chunkBytes, offset));
    });
  } catch (error) {
    if (
      error instanceof OddFileError ||
      (error instanceof Error && 'code' in error && error.code === 'ENOENT')
    )
      return Buffer.alloc(0);
    throw error;
  }
}

function parse(line: string): JournalRecord | null {
  try {
    const decoded = journalRecordSchema.safeParse(JSON.parse(line));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}
