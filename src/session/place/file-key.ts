import { type Stats, statSync } from 'node:fs';

/** A file by device and inode: the same under each of its names. */
export type FileKey = string;

export const keyOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): FileKey => `${dev}:${ino}`;

/** Null where there is no such file. */
export function keyAt(path: string): FileKey | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : keyOf(stats);
}
