import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isNotADatabase, LedgerDamagedError } from './errors.ts';
import { ledgerFile } from './ledger-file.ts';
import { lockHolder } from './lock.ts';
import { hasEnded, isOfAnotherFile, type LockHolder, thisProcess } from './lock-holder.ts';
import { readLedger } from './read-connection.ts';
import { fileKind } from './schema.ts';

/** Who may be writing the ledger of a state folder, as far as it can be read; changes nothing. */
export function livingHolder(folder: string): LockHolder | null {
  const path = join(folder, ledgerFile);
  if (!existsSync(path)) return null;
  try {
    const holder = readLedger(path, (db) =>
      fileKind(db, path).kind === 'ledger' ? lockHolder(db, path) : null,
    );
    if (holder === null || hasEnded(holder, thisProcess())) return null;
    return holder.machine === thisProcess().machine && isOfAnotherFile(holder, path) ? null : holder;
  } catch (error) {
    if (error instanceof LedgerDamagedError || isNotADatabase(error)) return null;
    throw error;
  }
}
