import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerFile } from './ledger-file.ts';
import { removeLive } from './live-file.ts';
import { sync, writeWholeFile } from './whole-file.ts';

/** Beside the file: the WAL, and its index in memory that is shared. */
const companions = ['-wal', '-shm'];

/**
 * Puts another ledger in the place of a state folder's, and keeps the former as it is in a folder of its own. Nobody
 * may have the former open. If a crash comes between, the former is in either place or in both, and the next call
 * completes it.
 *
 * @param write fills an empty file
 * @param aside name of the folder below the state folder that takes the former; must not be there
 */
export function replaceLedger(folder: string, aside: string, write: (unfinished: string) => void): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, ledgerFile);
  const kept = join(folder, aside);
  writeWholeFile(path, (unfinished) => {
    write(unfinished);
    sync(unfinished);
    const there = companions.filter((name) => existsSync(`${path}${name}`));
    if (there.length === 0 && !existsSync(path)) return;
    mkdirSync(kept, { mode: 0o700 });
    // Before the new one is there: SQLite takes any WAL that it finds beside a file for that file's own, also one whose
    // file was removed (https://www.sqlite.org/howtocorrupt.html, 1.4).
    for (const name of there) renameSync(`${path}${name}`, join(kept, `${ledgerFile}${name}`));
    if (existsSync(path)) {
      copyFileSync(path, join(kept, ledgerFile));
      sync(join(kept, ledgerFile));
    }
    sync(kept);
    sync(folder);
  });
  // A coordinator that crashed said how far the former one had come.
  removeLive(folder);
}
