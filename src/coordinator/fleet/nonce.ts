import { randomBytes } from 'node:crypto';

/** Heads the ids of a term's attempts: no other term of any copy of the ledger has the same. */
export const newNonce = (): string => randomBytes(6).toString('hex');
