/** The log of an attempt: written by its processes themselves, read and cut by the agent. */
import { fstatSync, ftruncateSync, readSync, writeSync } from 'node:fs';
import { openFile, withFile } from './open-file.ts';

const mib = 1024 ** 2;
/** A log may grow to this size between two looks; then its middle is cut out. */
export const longestLogBytes = 64 * mib;
const headBytes = 32 * mib;
/** Half of what is free behind the head: the next cut comes only after as much again was written. */
const tailBytes = 16 * mib;
const chunkBytes = 256 * 1024;

/** A file while it is open. */
export interface OpenedFile {
  /** When it was opened. */
  readonly sizeBytes: number;
  /** Up to `length` bytes from `offset`. */
  readonly read: (offset: number, length: number) => Buffer;
}

function opened(file: number): OpenedFile {
  const { size } = fstatSync(file);
  return {
    sizeBytes: size,
    read: (offset, length) => {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
      return bytes.subarray(0, bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, offset));
    },
  };
}

/**
 * Calls `act` with a file, open for as long.
 *
 * @param within as for `openFile`
 * @throws OddFileError, or the system's error
 */
export const withOpened = <Result>(
  path: string,
  act: (file: OpenedFile) => Result,
  within: string | null = null,
): Result => withFile(openFile(path, 'read', within), (file) => act(opened(file)));

/** Up to `length` bytes of a file from `offset`, and the file's size. @throws as `withOpened` */
export const readBytes = (
  path: string,
  offset: number,
  length: number,
  within: string | null = null,
): { readonly bytes: Buffer; readonly sizeBytes: number } =>
  withOpened(path, ({ sizeBytes, read }) => ({ bytes: read(offset, length), sizeBytes }), within);

const longestTextBytes = 1024 ** 2;

/** A small file of the agent's own. @throws as `withOpened` */
export const textOf = (path: string): string => readBytes(path, 0, longestTextBytes).bytes.toString('utf8');

/** The last `length` bytes of a file as text. */
export const tailOf = ({ sizeBytes, read }: OpenedFile, length: number): string =>
  read(Math.max(0, sizeBytes - length), length).toString('utf8');

/**
 * Cuts the middle out of a log that is too long. Only while nothing writes to it: its processes are stopped, or gone.
 *
 * @returns the file's size now
 */
export function cutLog(path: string): number {
  return withFile(openFile(path, 'change'), (file) => {
    const log = opened(file);
    const { sizeBytes: size } = log;
    if (size <= longestLogBytes) return size;
    const before = leftOut(log);
    const from = size - tailBytes;
    const start = headBytes + markLength;
    mark(file, before + (from - headBytes) - (before > 0 ? markLength : 0));
    moveDown(file, from, start, tailBytes);
    ftruncateSync(file, start + tailBytes);
    return start + tailBytes;
  });
}

/** Where in a log of `before` bytes that was cut to `after` what stood at `at` stands now; what was cut out: where that was. */
export const placeAfterCut = (at: number, before: number, after: number): number =>
  at < headBytes ? at : Math.max(headBytes, at - (before - after));

/** Behind the place where the middle of a log was cut out; 0 where it is whole. */
export const cutAt = (log: OpenedFile): number => (leftOut(log) > 0 ? headBytes + markLength : 0);

/** A mark of fixed length, so that a later cut writes over it. */
const markOf = (bytes: number): string =>
  `\n[labsweep left out ${String(bytes).padStart(16, '0')} bytes of this log]\n`;
const markLength = markOf(0).length;

const mark = (file: number, bytes: number): number => writeSync(file, markOf(bytes), headBytes);

/** What earlier cuts left out; 0 where there was none. */
function leftOut({ read }: OpenedFile): number {
  const text = read(headBytes, markLength).toString('latin1');
  const count = Number(/left out (\d{16}) bytes/.exec(text)?.[1] ?? '0');
  return text === markOf(count) ? count : 0;
}

function moveDown(file: number, from: number, to: number, length: number): void {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  for (let moved = 0; moved < length; ) {
    const count = readSync(file, buffer, 0, Math.min(chunkBytes, length - moved), from + moved);
    if (count === 0) return;
    writeSync(file, buffer, 0, count, to + moved);
    moved += count;
  }
}
