import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a file that is whole or not there, whatever crashes when (rename(2), fsync(2)): `write` fills an empty private
 * one beside it, which takes its name, and the place of what had it, once it is on the disk.
 *
 * @throws what `write` throws; nothing is left behind
 */
export function writeWholeFile<Result>(path: string, write: (unfinished: string) => Result): Result {
  const unfinished = `${path}.${process.pid}.unfinished`;
  rmSync(unfinished, { force: true });
  try {
    closeSync(openSync(unfinished, 'wx', 0o600));
    const result = write(unfinished);
    sync(unfinished);
    renameSync(unfinished, path);
    sync(dirname(path));
    return result;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** @param path of a file, or of a folder whose entries changed */
export function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
