/**
 * Where files of hosts are written on this machine: in the folder of their attempt, whatever they are called and
 * whatever lies there already. A host is trusted with results, not with the files of this machine (P9).
 */
import { closeSync, constants, lstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInnerPath } from '../../model/manifest.ts';

/** No file can have that name there: it is told, and the artifact stays on its host. */
class NoPlaceError extends Error {
  readonly code = 'NO_PLACE';
  override readonly name = 'NoPlaceError';
}

/** The path of an artifact below a folder, with the folders on its way. @throws NoPlaceError, or the system's error */
export function placeFor(folder: string, path: string): string {
  if (!isInnerPath(path)) throw new NoPlaceError(`${path} leaves the folder of artifacts`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let place = folder;
  for (const part of path.split('/')) {
    requireFolder(place);
    place = join(place, part);
  }
  return place;
}

/** Made where it is not there. What is a link leads somewhere else. */
function requireFolder(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) mkdirSync(path, { mode: 0o700 });
  else if (!found.isDirectory()) throw new NoPlaceError(`${path} is no folder`);
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
]);

/** @returns whether it is there now. @throws the system's error where the disk does not take it */
export function writeArtifact(folder: string, path: string, bytes: Uint8Array): boolean {
  try {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const file = openSync(placeFor(folder, path), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      writeFileSync(file, bytes);
    } finally {
      closeSync(file);
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && nameErrors.has(error.code)) return false;
    throw error;
  }
}
