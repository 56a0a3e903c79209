import * as fs from 'node:fs';
import { fullDiskBytes } from '../../model/result/disk-use.ts';

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

export const isDiskFull = (folder: string): boolean => diskFree(folder) < fullDiskBytes;
