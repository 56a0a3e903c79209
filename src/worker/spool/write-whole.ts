/** Files of an agent's own, in folders that trials can reach: a pipe or a link in their place is neither waited for nor followed. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Writes a file whole: it is there with all of its text or not at all. @throws the system's error */
export function writeWhole(path: string, text: string): void {
  const next = `${path}.next`;
  writeAnew(next, text);
  renameSync(next, path);
}

/** Writes a file in the place of whatever lies there. @throws as `writeWhole` */
export function writeAnew(path: string, text: string): void {
  rmSync(path, { recursive: true, force: true });
  writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
}
