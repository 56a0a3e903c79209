import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isNotADatabase, LedgerDamagedError } from './errors.ts';
import { ledgerFile } from './ledger-file.ts';
import { lockHolder } from './lock.ts';
import { hasEnded, isOfAnotherFile, type LockHolder, thisProcess } from './lock-holder.ts';
import { readLedger } from './read-connection.ts';
import { fileKind } from './schema.ts';

type Held =
  | { readonly kind: 'by-nobody' }
  /** Its writer has gone without giving it back. */
  | { readonly kind: 'by-the-dead' }
  | { readonly kind: 'by'; readonly holder: LockHolder };

/** Who may be writing the ledger of a state folder, as far as it can be read; changes nothing. */
export function heldBy(folder: string): Held {
  const path = join(folder, ledgerFile);
  const holder = existsSync(path) ? holderIn(path) : null;
  if (holder === null) return { kind: 'by-nobody' };
  if (hasEnded(holder, thisProcess())) return { kind: 'by-the-dead' };
  return holder.machine === thisProcess().machine && isOfAnotherFile(holder, path)
    ? { kind: 'by-nobody' }
    : { kind: 'by', holder };
}

/** Null where none writes it for certain. */
export function livingHolder(folder: string): LockHolder | null {
  const held = heldBy(folder);
  return held.kind === 'by' ? held.holder : null;
}

function holderIn(path: string): LockHolder | null {
  try {
    return readLedger(path, (db) => (fileKind(db, path).kind === 'ledger' ? lockHolder(db, path) : null));
  } catch (error) {
    if (error instanceof LedgerDamagedError || isNotADatabase(error)) return null;
    throw error;
  }
}
