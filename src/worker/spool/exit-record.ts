import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import type { RunFolder } from './host-folder.ts';

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

/** The status that the wrapper recorded; null where it did not come to it. */
export function readExitRecord({ exit }: RunFolder): number | null {
  try {
    const status = /^(\d{1,3})\n/.exec(readFileSync(exit, 'utf8'))?.[1];
    return status === undefined ? null : Number(status);
  } catch {
    return null;
  }
}

/**
 * How long a trial ran whose end nobody saw: from its parameters to its exit record, by one file system's clock; null
 * where that was set back meanwhile.
 */
export function ranByFilesMs(run: RunFolder): number | null {
  try {
    const ranMs = statSync(run.exit).mtimeMs - statSync(run.params).mtimeMs;
    return ranMs >= 0 ? ranMs : null;
  } catch {
    return null;
  }
}
