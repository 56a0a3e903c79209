/** The right to write a ledger: one row of the ledger itself, so that taking it and committing are one transaction. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LedgerDamagedError } from './errors.ts';
import { hasEnded, holderOf, type LockHolder, lockHolderSchema } from './lock-holder.ts';

export type LockAttempt =
  | { readonly kind: 'taken'; readonly token: string }
  | { readonly kind: 'held'; readonly holder: LockHolder };

/** Takes the lock for this process. Called within an IMMEDIATE transaction: two who try at once come one by one. */
export function takeLock(db: DatabaseSync, path: string, breakLock: boolean): LockAttempt {
  const here = holderOf(path);
  const holder = lockHolder(db, path);
  if (holder !== null && !breakLock && !hasEnded(holder, here)) return { kind: 'held', holder };
  const token = randomBytes(16).toString('hex');
  db.prepare('INSERT OR REPLACE INTO lock (id, token, holder) VALUES (1, ?, ?)').run(
    token,
    JSON.stringify(here),
  );
  return { kind: 'taken', token };
}

/** Who holds the lock, or null. @throws LedgerDamagedError where that cannot be read */
export function lockHolder(db: DatabaseSync, path: string): LockHolder | null {
  const row = db.prepare('SELECT holder FROM lock').get();
  if (row === undefined) return null;
  try {
    return lockHolderSchema.parse(JSON.parse(String(row['holder'])));
  } catch (cause) {
    throw new LedgerDamagedError(path, null, 'who holds it cannot be read', cause);
  }
}

/** Gives the lock back, unless it is somebody else's by now. */
export function releaseLock(db: DatabaseSync, token: string): void {
  db.prepare('DELETE FROM lock WHERE token = ?').run(token);
}
