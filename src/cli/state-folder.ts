import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { findStateFolder, stateFolderName } from '../ledger/store/state-folder.ts';
import type { Console } from './console.ts';

/**
 * The state folder for a sweep file: the one that is named, else the nearest at or above the file, else a new one
 * where the person stands if the file lies below, or beside the file.
 */
export function stateFolderFor(console: Console, sweepFolder: string, named: string | undefined): string {
  if (named !== undefined) return resolve(console.cwd, named);
  const found = findStateFolder(sweepFolder);
  if (found !== null) return found;
  const isBelow = !relative(console.cwd, sweepFolder).startsWith('..');
  return join(isBelow ? console.cwd : sweepFolder, stateFolderName);
}

/** Says where results will lie, before the first is written: a folder appears that nobody made. */
export function announceNew(console: Console, stateFolder: string): void {
  if (!existsSync(stateFolder))
    console.err(
      `Results go to ${join(basename(dirname(stateFolder)), basename(stateFolder))}, a new folder.\n`,
    );
}
