import * as fs from 'node:fs';

/** Where disk space cannot be asked for (Node before 18.15), nothing is held for want of it. */
const unknownDisk = Number.MAX_SAFE_INTEGER;

/** Bytes that this user may still write there. */
export function diskFree(folder: string): number {
  // Looked up at run time: an agent may run on Node 16, which has no statfs.
  if (typeof fs.statfsSync !== 'function') return unknownDisk;
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  } catch {
    return unknownDisk;
  }
}

/** With so little left, no program comes far. */
const fullBytes = 64 * 1024;

export const isDiskFull = (folder: string): boolean => diskFree(folder) < fullBytes;
