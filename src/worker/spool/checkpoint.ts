import { readdirSync, rmdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { checkpointFolder, type HostFolder } from './host-folder.ts';

/** Removes the checkpoint of a trial whose result is in the ledger. Empty ones, which most are, wait for an idle moment. */
export function dropCheckpoint(host: HostFolder, trial: string): void {
  const folder = checkpointFolder(host, trial);
  // What cannot be removed is in nobody's way.
  if (!isEmpty(folder)) rm(folder, { recursive: true, force: true }).catch(() => {});
}

/**
 * Removes empty checkpoint folders: nothing would continue from them. Not at the end of each trial, because deleting
 * a folder costs ext4 more than starting a program.
 */
export function tidyCheckpoints(host: HostFolder): void {
  for (const trial of readdirSync(`${host.root}/checkpoints`)) {
    try {
      rmdirSync(checkpointFolder(host, trial));
    } catch {
      // Not empty: a trial may go on from it.
    }
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}
