import { existsSync, statSync } from 'node:fs';

/**
 * Whether a ledger's file and what lies beside it can be read without waiting for somebody: to open a FIFO is to wait
 * for its writer (fifo(7)), and a device has no end.
 */
export const isPlainFile = (path: string): boolean =>
  statSync(path).isFile() &&
  ['-wal', '-shm', '-journal'].every(
    (end) => !existsSync(`${path}${end}`) || statSync(`${path}${end}`).isFile(),
  );
