import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { folderMarker } from '../../protocol/folder-marker.ts';
import { ledgerFile } from './ledger-file.ts';

/** Name of the folder that holds a ledger and what goes with it. */
export const stateFolderName = '.labsweep';
/** Its name where `.labsweep` is the folder of an agent, as in a home. */
export const stateFolderBesideAgent = '.labsweep-state';

/** The state folder that `from`, a folder, belongs to: its own or that of the nearest folder above; null if none. */
export function findStateFolder(from: string): string | null {
  for (let at = resolve(from); ; at = dirname(at)) {
    const folder = stateFolderIn(at);
    if (folder !== null) return folder;
    if (at === dirname(at)) return null;
  }
}

/** A folder's own state folder; null where it has none. */
export const stateFolderIn = (folder: string): string | null =>
  [stateFolderName, stateFolderBesideAgent].map((name) => join(folder, name)).find(isStateFolder) ?? null;

/** Earlier versions had a ledger and an agent in one folder, where sweeps were run in a home. */
export const isStateFolder = (folder: string): boolean =>
  statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true &&
  (existsSync(join(folder, ledgerFile)) || !isAgentFolder(folder));

/** Whether a folder is what an agent keeps on a host. */
export const isAgentFolder = (folder: string): boolean =>
  existsSync(join(folder, folderMarker)) || existsSync(join(folder, 'host'));
