/** What one agent says of its trials to those of other accounts, and how much of it they believe. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';
import { isAlive, readProcessStat, uidOf } from '../telemetry/process-stat.ts';
import type { ProcessIdentity } from '../core/held-attempt.ts';

const processSchema = z.object({ pid: z.number().int().positive(), startTime: z.number() });
const bytesSchema = z.number().nonnegative().finite();

const claimSchema = z.object({
  device: z.string().max(100),
  gpuBytes: bytesSchema,
  hostBytes: bytesSchema,
  /** Milliseconds of the host's monotonic clock; null once it has started. */
  announcedAt: z.number().nullable(),
  /** Its trial's first process; null before that is known, when the claim is the agent's. */
  process: processSchema.nullable(),
});
export type FiledClaim = Readonly<z.infer<typeof claimSchema>>;

/** What an account has used of the host of late. More than a lab can use is not believed. */
const secondsSchema = z.number().nonnegative().max(1e9);

const wantSchema = z.object({ gpus: z.literal([0, 1]), gpuBytes: bytesSchema, hostBytes: bytesSchema });

const accountSchema = z.object({
  used: z.object({ gpuSeconds: secondsSchema, coreSeconds: secondsSchema }),
  /** What waits for room that others have; null where nothing does. */
  wants: wantSchema.nullable(),
  started: z.number().int().nonnegative(),
});
export type FiledAccount = Readonly<z.infer<typeof accountSchema>>;

const claimsFileSchema = z.object({
  bootId: z.string(),
  agent: processSchema,
  /** In which its processes have these numbers (pid_namespaces(7)); agents of earlier versions do not say. */
  namespace: z.string().nullable().default(null),
  claims: z.array(claimSchema),
  /** Agents of earlier versions do not say. */
  account: accountSchema.nullable().default(null),
});
export type ClaimsFile = Readonly<z.infer<typeof claimsFileSchema>>;

/** Far more than all trials of a host need, in bytes and in claims: each is looked up among the processes. */
const longestBytes = 64 * 1024;
const mostClaims = 256;

/** Whoever says something says it again so often; and what was not said again for so long is said no more. */
export const sayAgainMs = 10_000;
const staleAfterMs = 30_000;
/** A clock that was set back makes files of the future; so far it is a matter of rounding. */
const aheadMs = 2_000;

/** From where a file is read. */
export interface Viewpoint {
  readonly bootId: string;
  readonly namespace: string;
  /** Whether processes of other accounts can be seen here (proc(5), hidepid). */
  readonly seesAll: boolean;
  /** By the clock of files, in milliseconds since 1970. */
  readonly now: number;
}

/** Whether processes of other accounts can be seen by the account `uid`: the first one is root's. */
export const seesAll = (uid: number): boolean =>
  uid === 0 || (uidOf(1) !== uid && readProcessStat(1) !== null);

/** What of a file stands. */
export interface Filed {
  readonly claims: readonly FiledClaim[];
  /** Null where its agent does not live, or has said nothing for a while: nobody waits for it. */
  readonly account: FiledAccount | null;
}

/**
 * The claims in a file that stand: its owner is `uid`, it was written in this boot, and what each was made for lives and
 * is that user's. Where that process cannot be seen, they stand as long as the file is written again and again. Null for
 * what is no such file, whatever somebody has put there.
 */
export function readClaims(path: string, uid: number, from: Viewpoint): Filed | null {
  const read = textOf(path, uid);
  const file = read === null ? null : parse(read.text);
  if (read === null || file === null) return null;
  if (file.bootId !== from.bootId) return { claims: [], account: null };
  const ageMs = from.now - read.changedAt;
  const isFresh = ageMs >= -aheadMs && ageMs <= staleAfterMs;
  const isSeen = from.seesAll && (file.namespace === null || file.namespace === from.namespace);
  const known = new Map<number, boolean>();
  const stands = (process: ProcessIdentity): boolean => {
    const lives = known.get(process.pid) ?? livesAs(process, uid);
    known.set(process.pid, lives);
    return lives || (!isSeen && isFresh);
  };
  return {
    claims: file.claims.slice(0, mostClaims).filter(({ process }) => stands(process ?? file.agent)),
    account: isFresh && stands(file.agent) ? file.account : null,
  };
}

/** Never follows a link, waits for no pipe, and reads no more than it would write itself. */
function textOf(path: string, uid: number): { readonly text: string; readonly changedAt: number } | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.uid !== uid || stat.size > longestBytes) return null;
    const bytes = Buffer.alloc(stat.size);
    const text = bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, stat.size, 0));
    return { text, changedAt: stat.mtimeMs };
  } catch {
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function parse(text: string): ClaimsFile | null {
  try {
    const decoded = claimsFileSchema.safeParse(JSON.parse(text));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}

/** Whether this very process lives, and is that user's: nobody may claim in the name of what another runs. */
function livesAs({ pid, startTime }: ProcessIdentity, uid: number): boolean {
  const stat = readProcessStat(pid);
  return stat !== null && isAlive(stat) && stat.startTime === startTime && uidOf(pid) === uid;
}
