import { readFileSync, statSync } from 'node:fs';
import type { RunFolder } from './host-folder.ts';

/**
 * Written before the program starts and overwritten in place when it ends, so that the status of a trial which filled
 * the disk can still be recorded.
 */
export const blankExitRecord = '    \n';

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
