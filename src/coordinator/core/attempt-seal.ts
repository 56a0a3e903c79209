/**
 * Names of attempts that no host can make up. `NONCE-NUMBER` tells an attempt from every other, of all lives of a
 * ledger; the seal behind it, a code over name, host and trial (HMAC, RFC 2104) by a secret that no host is told, shows
 * that this ledger once leased it to that host for that trial.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { LedgerState } from '../../ledger/state.ts';
import { type AttemptId, attemptId, type HostName, type TrialId } from '../../model/ids.ts';

/** 64 bits: to guess one takes 3,000 years at 100,000,000 words a second, and a host is cut off after a million. */
const sealDigits = 16;

/** The next name of this term. @param before names given since the state was folded */
export function nextAttempt(ledger: LedgerState, host: HostName, trial: TrialId, before: number): AttemptId {
  const name = `${ledger.nonce}-${(ledger.attemptsOfTerm + before + 1).toString(36)}`;
  return attemptId(ledger.seal === null ? name : `${name}-${sealOf(ledger.seal.secret, name, host, trial)}`);
}

/**
 * Whether an attempt that this ledger does not know was leased by it all the same: an older copy was put back. One
 * without a seal may be of the time before there were seals, where the ledger is as old as that.
 */
export function wasLeased({ seal }: LedgerState, id: AttemptId, host: HostName, trial: TrialId): boolean {
  const parts = id.split('-');
  if (parts.length < 3) return seal === null || !seal.isWhole;
  const name = parts.slice(0, 2).join('-');
  return seal !== null && id === `${name}-${sealOf(seal.secret, name, host, trial)}`;
}

const sealOf = (secret: string, name: string, host: HostName, trial: TrialId): string =>
  bytesToHex(hmac(sha256, utf8ToBytes(secret), utf8ToBytes([name, host, trial].join('\n')))).slice(
    0,
    sealDigits,
  );
