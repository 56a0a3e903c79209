/** Folders that a trial may have filled, closed (`chmod 000`), or put something else in the place of. */
import { lstatSync, readdirSync } from 'node:fs';

/** A link is none. @throws the system's error where it cannot be looked at */
export const isFolder = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Whether nothing is in it. One that is closed may hold something. */
export function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EACCES');
  }
}
