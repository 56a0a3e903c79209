import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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
  (hasLedger(folder) || !isAgentFolder(folder));

export const hasLedger = (folder: string): boolean => existsSync(join(folder, ledgerFile));

/** Whether a folder is what an agent keeps on a host. */
export const isAgentFolder = (folder: string): boolean =>
  existsSync(join(folder, folderMarker)) || existsSync(join(folder, 'host'));

const agentParts: readonly string[] = ['agent', 'content', 'host', 'incoming', 'node'];

/** Whether a folder lies among what an agent keeps on a host, and `hosts clean` removes. */
export function isAmongAgentFiles(folder: string): boolean {
  for (let at = folder; at !== dirname(at); at = dirname(at))
    if (agentParts.includes(basename(at)) && existsSync(join(dirname(at), folderMarker))) return true;
  return false;
}
