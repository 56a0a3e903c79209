import * as fs from 'node:fs';
import { fullDiskBytes } from '../../model/result/disk-use.ts';

/** Where disk space cannot be asked for (Node before 18.15), nothing is held for want of it. */
const unknownDisk = Number.MAX_SAFE_INTEGER;

/** Bytes that this user may still write there. */
export function diskFree(folder: string): number {
  const disk = statOf(folder);
  return disk === null ? unknownDisk : disk.bavail * disk.bsize;
}

/** Bytes of the whole disk; null where it cannot be asked. */
export function diskTotal(folder: string): number | null {
  const disk = statOf(folder);
  return disk === null ? null : disk.blocks * disk.bsize;
}

function statOf(folder: string): fs.StatsFs | null {
  // Looked up at run time: an agent may run on Node 16, which has no statfs.
  if (typeof fs.statfsSync !== 'function') return null;
  try {
    return fs.statfsSync(folder);
  } catch {
    return null;
  }
}

export const isDiskFull = (folder: string): boolean => diskFree(folder) < fullDiskBytes;
