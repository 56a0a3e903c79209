/** Identifiers, branded so that a trial's cannot be handed in where an attempt's is meant. */
import { z } from 'zod';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** 32 hexadecimal digits: a hash of the trial's content (identity.ts). */
export type TrialId = Branded<'TrialId'>;
/**
 * `NONCE-NUMBER-SEAL`: the random nonce of a coordinator's term, a counter within it, and what only the ledger that
 * leased it can compute (coordinator/core/attempt-seal.ts). Attempts of earlier versions have no seal.
 */
export type AttemptId = Branded<'AttemptId'>;
/** A host's name in the inventory. */
export type HostName = Branded<'HostName'>;
/** Random, given to a ledger when it is created. */
export type LedgerId = Branded<'LedgerId'>;
/** A sweep's name, unique in a ledger. */
export type SweepName = Branded<'SweepName'>;
/** SHA-256 of a folder's manifest, 64 hexadecimal digits. */
export type ContentHash = Branded<'ContentHash'>;
/** Hash of what the trials of a sweep have in common for an agent (launch.ts). */
export type LaunchId = Branded<'LaunchId'>;

// oxlint-disable typescript/no-unsafe-type-assertion -- the one place where a text is given its brand
export const trialId = (text: string): TrialId => text as TrialId;
export const attemptId = (text: string): AttemptId => text as AttemptId;
export const hostName = (text: string): HostName => text as HostName;
export const ledgerId = (text: string): LedgerId => text as LedgerId;
export const sweepName = (text: string): SweepName => text as SweepName;
export const contentHash = (text: string): ContentHash => text as ContentHash;
export const launchId = (text: string): LaunchId => text as LaunchId;
// oxlint-enable typescript/no-unsafe-type-assertion

const plain = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;

/**
 * Attempts, trials and content name files on both ends of a connection: a text that is no plain name is no id of ours,
 * and opens no file (P9). All versions made ids of this alphabet.
 */
export const isPlainName = (text: string): boolean => plain.test(text);

/** An id that somebody else has written, before anything is made of it. */
export const writtenId = z.string().regex(plain, 'is no id');
