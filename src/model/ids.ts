/**
 * Identifiers, branded so that a trial's cannot be handed in where an attempt's is meant. The schema of an id takes any
 * text as it stands: a brand is a type, and costs nothing when it is read.
 */
import { z } from 'zod';

/** 32 hexadecimal digits: a hash of the trial's content (identity.ts). */
export const trialIdSchema = z.string().brand<'TrialId'>();
export type TrialId = z.infer<typeof trialIdSchema>;

/**
 * `NONCE-NUMBER-SEAL`: the random nonce of a coordinator's term, a counter within it, and what only the ledger that
 * leased it can compute (coordinator/core/attempt-seal.ts). Attempts of earlier versions have no seal.
 */
export const attemptIdSchema = z.string().brand<'AttemptId'>();
export type AttemptId = z.infer<typeof attemptIdSchema>;

/** A host's name in the inventory. */
export const hostNameSchema = z.string().brand<'HostName'>();
export type HostName = z.infer<typeof hostNameSchema>;

/** Random, given to a ledger when it is created. */
export const ledgerIdSchema = z.string().brand<'LedgerId'>();
export type LedgerId = z.infer<typeof ledgerIdSchema>;

/** A sweep's name, unique in a ledger. */
export const sweepNameSchema = z.string().brand<'SweepName'>();
export type SweepName = z.infer<typeof sweepNameSchema>;

/** SHA-256 of a folder's manifest, 64 hexadecimal digits. */
export const contentHashSchema = z.string().brand<'ContentHash'>();
export type ContentHash = z.infer<typeof contentHashSchema>;

/** Hash of what the trials of a sweep have in common for an agent (launch.ts). */
export const launchIdSchema = z.string().brand<'LaunchId'>();
export type LaunchId = z.infer<typeof launchIdSchema>;

// oxlint-disable typescript/no-unsafe-type-assertion -- the one place where a text becomes an id
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

const plainly = <Id extends z.ZodString>(id: Id): Id => id.regex(plain, 'is no id');

/** Ids that somebody else has written, before anything is made of them. */
export const writtenAttempt = plainly(attemptIdSchema);
export const writtenTrial = plainly(trialIdSchema);
export const writtenLaunch = plainly(launchIdSchema);
export const writtenHash = plainly(contentHashSchema);
