import { lstatSync, readdirSync } from 'node:fs';

/** More files than this are not looked at while everything else waits: then it is less than all. */
const mostFiles = 20_000;
/** Of `st_blocks` (stat(2)), whatever the file system's own blocks are. */
const blockBytes = 512;

/** What is taken of the disk by all that lies in these folders. A link leads to nothing of theirs. */
export function takenBytes(...folders: readonly string[]): number {
  const left = [...folders];
  let bytes = 0;
  for (let looked = 0; looked < mostFiles; looked += 1) {
    const path = left.pop();
    if (path === undefined) break;
    try {
      const stat = lstatSync(path);
      bytes += stat.blocks * blockBytes;
      if (stat.isDirectory()) for (const name of readdirSync(path)) left.push(`${path}/${name}`);
    } catch {
      // Closed to us, or gone meanwhile.
    }
  }
  return bytes;
}
