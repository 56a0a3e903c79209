import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Name of the ledger's file in its state folder. */
export const ledgerFile = 'ledger.db';

/** Marks the file as ours (PRAGMA application_id): the letters "lbsw". */
export const applicationId = 0x6c627377;

/** Whether a file is a ledger or a copy of one, by its mark (sqlite.org/fileformat2, 1.3): it is not opened as a database. */
export function isLedgerFile(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(100);
    const length = readSync(file, header, 0, header.length, 0);
    return (
      length === header.length &&
      header.toString('latin1', 0, 15) === 'SQLite format 3' &&
      header.readUInt32BE(68) === applicationId
    );
  } finally {
    closeSync(file);
  }
}
