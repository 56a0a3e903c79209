/** Identifiers, branded so that a trial's cannot be handed in where an attempt's is meant. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** 32 hexadecimal digits: a hash of the trial's content (identity.ts). */
export type TrialId = Branded<'TrialId'>;
/** `NONCE-NUMBER`: the random nonce of a coordinator's term and a counter within it. */
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
