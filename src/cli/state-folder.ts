import { basename, dirname, join, relative, resolve } from 'node:path';
import { findStateFolder, stateFolderName } from '../ledger/store/state-folder.ts';
import type { Console } from './console.ts';

/**
 * The state folder for a sweep file: the one that is named, else the nearest at or above the file, else a new one
 * where the person stands if the file lies below, or beside the file. A new one is announced.
 */
export function stateFolderFor(console: Console, sweepFolder: string, named: string | undefined): string {
  if (named !== undefined) return resolve(console.cwd, named);
  const found = findStateFolder(sweepFolder);
  if (found !== null) return found;
  const isBelow = !relative(console.cwd, sweepFolder).startsWith('..');
  const folder = join(isBelow ? console.cwd : sweepFolder, stateFolderName);
  console.err(`Results go to ${join(basename(dirname(folder)), basename(folder))}, a new folder.\n`);
  return folder;
}
