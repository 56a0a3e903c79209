import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A program that leaves more has mistaken its folder for a scratch disk; the agent does not wait for all of it. */
const mostFiles = 10_000;

/**
 * Gives this user back what a program has closed (`chmod 000`, read-only trees) of its own folder: what may not be read
 * could not be fetched, carried, or removed. Links are not followed. Never throws: what stays closed is another user's.
 *
 * @param left how many files are looked at
 */
export function reopen(path: string, left: { files: number } = { files: mostFiles }): void {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    left.files -= 1;
    if (found === undefined || left.files < 0) return;
    if (found.isDirectory()) {
      if ((found.mode & 0o700) !== 0o700) chmodSync(path, (found.mode | 0o700) & 0o777);
      for (const name of readdirSync(path)) reopen(join(path, name), left);
    } else if (found.isFile() && (found.mode & 0o400) === 0) chmodSync(path, (found.mode | 0o400) & 0o777);
  } catch {
    // Another user's, or gone.
  }
}
