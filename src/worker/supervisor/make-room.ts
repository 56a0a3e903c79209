/** A disk that is full needs the room that a failed attempt took. */
import { rmSync } from 'node:fs';
import { readExitRecord } from '../spool/exit-record.ts';
import type { RunFolder } from '../spool/host-folder.ts';

/** Whether its program has said so by its status. */
export function hasFailed(run: RunFolder): boolean {
  try {
    return (readExitRecord(run) ?? 0) !== 0;
  } catch {
    return false; // its program has put something else there
  }
}

/** Removes what an attempt made: not its log, and not the checkpoint, from which its trial goes on. */
export function makeRoom({ work, artifacts }: RunFolder): void {
  for (const folder of [work, artifacts])
    try {
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is removed with all else of the attempt.
    }
}
