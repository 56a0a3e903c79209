import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ledgerFile } from './ledger-file.ts';

/** Name of the folder that holds a ledger and what goes with it. */
export const stateFolderName = '.labsweep';

/** The state folder that `from`, a folder, belongs to: its own or that of the nearest folder above; null if none. */
export function findStateFolder(from: string): string | null {
  for (let at = resolve(from); ; at = dirname(at)) {
    const folder = join(at, stateFolderName);
    if (isStateFolder(folder)) return folder;
    if (at === dirname(at)) return null;
  }
}

/** ~/.labsweep is by default what an agent keeps on a host: its `host` folder tells the two apart. */
function isStateFolder(folder: string): boolean {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  return existsSync(join(folder, ledgerFile)) || !existsSync(join(folder, 'host'));
}
