import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LiveFigures, liveFiguresSchema } from '../live-figures.ts';

const liveFile = 'live.json';

/** Replaces the live figures of a state folder whole: a reader sees the old ones or the new. */
export function writeLive(folder: string, live: LiveFigures): void {
  const path = join(folder, liveFile);
  const next = `${path}.next`;
  // Not synced: after a crash they are stale anyway.
  writeFileSync(next, `${JSON.stringify(live)}\n`, { mode: 0o600 });
  renameSync(next, path);
}

/** Called by the writer alone, before it gives the ledger back. What cannot be removed says itself how old it is. */
export function removeLive(folder: string): void {
  try {
    rmSync(join(folder, liveFile), { force: true });
  } catch {
    // A folder that was made read-only: all else of the end comes still.
  }
}

/** The live figures with their age, or null where there are none that this labsweep understands. */
export function readLive(folder: string): { live: LiveFigures; ageMs: number } | null {
  try {
    const read = liveFiguresSchema.safeParse(JSON.parse(readFileSync(join(folder, liveFile), 'utf8')));
    return read.success ? { live: read.data, ageMs: Date.now() - read.data.at } : null;
  } catch {
    return null;
  }
}
