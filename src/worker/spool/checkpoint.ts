import { rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { checkpointFolder, type HostFolder } from './host-folder.ts';

/** Removes the checkpoint of a trial whose result is in the ledger. Most are empty, and gone with one system call. */
export function dropCheckpoint(host: HostFolder, trial: string): void {
  const folder = checkpointFolder(host, trial);
  try {
    rmdirSync(folder);
  } catch {
    // What cannot be removed is in nobody's way.
    rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}
