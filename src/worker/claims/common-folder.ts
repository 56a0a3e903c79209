/** The folder in which all accounts put their claims: each may put its own, none may take away another's. */
import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, opendirSync, renameSync, rmdirSync } from 'node:fs';

/** Where agents look for each other's: one place a host, whatever TMPDIR says to one of them. */
export const commonFolder = '/tmp/labsweep-claims';

/** Makes it where it is not there. It appears as it is to be: with every account allowed in, and the sticky bit. */
export function openFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) return makeFolder(folder);
  if (!found.isDirectory() || (found.mode & 0o1003) !== 0o1003)
    throw new Error(
      `${folder} is not a folder for everybody (mode 1777); have root or user ${found.uid} remove it`,
    );
}

function makeFolder(folder: string): void {
  const next = `${folder}.${randomBytes(8).toString('hex')}`;
  try {
    mkdirSync(next, { mode: 0o700 });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new Error(`${folder} cannot be made (${code})`, { cause });
  }
  try {
    chmodSync(next, 0o1777);
    renameSync(next, folder);
  } catch (error) {
    rmdirSync(next);
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) throw error;
    openFolder(folder);
  }
}

/** Its entries, and whether there are more of them than are looked at. */
export function entriesOf(
  folder: string,
  most: number,
): { readonly names: string[]; readonly more: boolean } {
  const names: string[] = [];
  try {
    const open = opendirSync(folder, { bufferSize: 1_024 });
    try {
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        if (names.length === most) return { names, more: true };
        names.push(entry.name);
      }
    } finally {
      open.closeSync();
    }
  } catch {
    // Nobody says anything.
  }
  return { names, more: false };
}
