import { closeSync, lstatSync, openSync } from 'node:fs';
import type { RunFolder } from './host-folder.ts';
import { readBytes } from './log-file.ts';
import { OddFileError } from './open-file.ts';

/**
 * Takes an attempt's right to start, which its exit record is: whoever creates that first has it, this agent or the
 * wrapper (wrapper.ts).
 *
 * @returns false where the attempt has started, and perhaps ended; or where the disk does not let it be prevented
 */
export function preventStart({ exit }: RunFolder): boolean {
  try {
    closeSync(openSync(exit, 'wx'));
    return true;
  } catch (error) {
    // Without its folder nothing was asked to start.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

/** A status and the blanks that it was written over. */
const longestBytes = 64;

/**
 * The status that the wrapper recorded; null where it did not come to it.
 *
 * @throws OddFileError where the program has put something else there
 */
export function readExitRecord({ exit }: RunFolder): number | null {
  const text = textOf(exit);
  const status = /^(\d{1,3})\n/.exec(text)?.[1];
  if (status !== undefined) return Number(status);
  if (/^\d{0,3}\s*$/.test(text)) return null;
  throw new OddFileError(`${exit} holds no exit status`);
}

function textOf(exit: string): string {
  try {
    return readBytes(exit, 0, longestBytes).bytes.toString('latin1');
  } catch (error) {
    if (error instanceof OddFileError) throw error;
    return '';
  }
}

/**
 * How long a trial ran whose end nobody saw: from its parameters to its exit record, by one file system's clock; null
 * where that was set back meanwhile.
 */
export function ranByFilesMs(run: RunFolder): number | null {
  try {
    const ranMs = lstatSync(run.exit).mtimeMs - lstatSync(run.params).mtimeMs;
    return ranMs >= 0 ? ranMs : null;
  } catch {
    return null;
  }
}
