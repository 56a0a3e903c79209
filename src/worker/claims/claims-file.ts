/** What one agent says of its trials to those of other accounts, and how much of it they believe. */
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { z } from 'zod';
import type { ProcessIdentity } from '../core/state.ts';
import { isAlive, readProcessStat } from '../telemetry/process-stat.ts';

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

const claimsFileSchema = z.object({ bootId: z.string(), agent: processSchema, claims: z.array(claimSchema) });
export type ClaimsFile = Readonly<z.infer<typeof claimsFileSchema>>;

/** Far more than all trials of a host need. */
const longestBytes = 64 * 1024;

/**
 * The claims in a file that stand: its owner is `uid`, it was written in this boot, and what each was made for lives and
 * is that user's. A file that is no such thing, whatever somebody has put there, claims nothing.
 */
export function readClaims(path: string, uid: number, bootId: string): readonly FiledClaim[] {
  const text = textOf(path, uid);
  const file = text === null ? null : parse(text);
  if (file === null || file.bootId !== bootId) return [];
  return file.claims.filter(({ process }) => livesAs(process ?? file.agent, uid));
}

/** Never follows a link, waits for no pipe, and reads no more than it would write itself. */
function textOf(path: string, uid: number): string | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.uid !== uid || stat.size > longestBytes) return null;
    const bytes = Buffer.alloc(stat.size);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes, 0, stat.size, 0));
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

/** The real user of a process; null where it is gone. */
function uidOf(pid: number): number | null {
  try {
    const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return uid === undefined ? null : Number(uid);
  } catch {
    return null;
  }
}
