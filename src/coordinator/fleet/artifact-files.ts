/**
 * Where files of hosts are written on this machine: in the folder of their attempt, whatever they are called and
 * whatever lies there already. A host is trusted with results, not with the files of this machine (P9).
 */
import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sync } from '../../ledger/store/whole-file.ts';
import { isInnerPath } from '../../model/manifest.ts';

/** No file can have that name there: it is told, and the artifact stays on its host. */
class NoPlaceError extends Error {
  readonly code = 'NO_PLACE';
  override readonly name = 'NoPlaceError';
}

/** Folders within folders: each that is made takes an fsync, in which no host is heard. */
const mostDeep = 100;

/** The path of an artifact below a folder, with the folders on its way. @throws NoPlaceError, or the system's error */
export function placeFor(folder: string, path: string): string {
  if (!isInnerPath(path)) throw new NoPlaceError(`${path} leaves the folder of artifacts`);
  if (path.split('/').length > mostDeep)
    throw new NoPlaceError(`it lies in over ${mostDeep} folders, one in the other`);
  makeFolder(folder);
  let place = folder;
  for (const part of path.split('/')) {
    requireFolder(place);
    place = join(place, part);
  }
  return place;
}

/** Of labsweep's own name: what is wrong with it is wrong with the state folder. @throws the system's error */
function makeFolder(path: string): void {
  const made = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) sync(dirname(made));
}

/** Made where it is not there. What is a link leads somewhere else. */
function requireFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    mkdirSync(path, { mode: 0o700 });
    sync(dirname(path));
  } else if (!found.isDirectory()) throw new NoPlaceError(`${path} is no folder`);
}

/** Errors that are the name's: another file system may not tell two names apart, or takes no such name. */
const nameErrors: ReadonlySet<unknown> = new Set([
  'NO_PLACE',
  'EEXIST',
  'EISDIR',
  'EILSEQ',
  'EINVAL',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOTDIR',
  'ENOTEMPTY',
]);

/**
 * On the disk when it returns. Under a name of its own until it is whole: what lies in its place is replaced, and a link
 * that lies there is not followed (rename(2)).
 *
 * @param parts a folder on the same disk for what is on its way
 * @returns whether it is there now
 * @throws the system's error where the disk does not take it
 */
export function writeArtifact(folder: string, parts: string, path: string, bytes: Uint8Array): boolean {
  const part = join(parts, randomBytes(8).toString('hex'));
  for (const own of [folder, parts]) makeFolder(own);
  try {
    const place = placeFor(folder, path);
    writeFileSync(part, bytes, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(part, place);
    sync(dirname(place));
    return true;
  } catch (error) {
    rmSync(part, { force: true });
    if (error instanceof Error && 'code' in error && nameErrors.has(error.code)) return false;
    throw error;
  }
}
