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

/**
 * Up to `length` bytes of a file from `offset`, and the file's size.
 *
 * @param within as for `openFile`
 * @throws OddFileError, or the system's error
 */
export function readBytes(
  path: string,
  offset: number,
  length: number,
  within: string | null = null,
): { readonly bytes: Buffer; readonly sizeBytes: number } {
  return withFile(openFile(path, 'read', within), (file) => {
    const { size } = fstatSync(file);
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
    return { bytes: bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset)), sizeBytes: size };
  });
}

const longestTextBytes = 1024 ** 2;

/** A small file of the agent's own. @throws as `readBytes` */
export const textOf = (path: string): string => readBytes(path, 0, longestTextBytes).bytes.toString('utf8');

/** The last `length` bytes of a file as text, and its size; nothing where it cannot be read. */
export function readTail(
  path: string,
  length: number,
): { readonly text: string; readonly sizeBytes: number } {
  try {
    return withFile(openFile(path), (file) => {
      const { size } = fstatSync(file);
      const bytes = Buffer.allocUnsafe(Math.min(length, size));
      const count = size === 0 ? 0 : readSync(file, bytes, 0, bytes.length, size - bytes.length);
      return { text: bytes.toString('utf8', 0, count), sizeBytes: size };
    });
  } catch {
    return { text: '', sizeBytes: 0 };
  }
}

/**
 * Cuts the middle out of a log that is too long. Only while nothing writes to it: its processes are stopped, or gone.
 *
 * @returns the file's size now
 */
export function cutLog(path: string): number {
  return withFile(openFile(path, 'change'), (file) => {
    const { size } = fstatSync(file);
    if (size <= longestLogBytes) return size;
    const before = leftOut(file);
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

/** Behind the place where the middle of a log was cut out; 0 where it is whole. @throws as `readBytes` */
export const cutAt = (path: string): number =>
  withFile(openFile(path), (file) => (leftOut(file) > 0 ? headBytes + markLength : 0));

/** A mark of fixed length, so that a later cut writes over it. */
const markOf = (bytes: number): string =>
  `\n[labsweep left out ${String(bytes).padStart(16, '0')} bytes of this log]\n`;
const markLength = markOf(0).length;

const mark = (file: number, bytes: number): number => writeSync(file, markOf(bytes), headBytes);

/** What earlier cuts left out; 0 where there was none. */
function leftOut(file: number): number {
  const bytes = Buffer.alloc(markLength);
  readSync(file, bytes, 0, markLength, headBytes);
  const text = bytes.toString('latin1');
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
