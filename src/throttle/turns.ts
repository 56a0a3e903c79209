/**
 * Whose turn it is, of all who want the same devices: accounts of a host, ledgers of an account, sweeps of a ledger. Who
 * has used less of late comes first. Device-seconds; pure.
 */

export interface Turns {
  /** By whose they are: seconds of a device that they had of late, as they count. */
  readonly use: ReadonlyMap<string, number>;
  /** Those who have something that waits. */
  readonly wanting: readonly string[];
}

export const noTurns: Turns = { use: new Map(), wanting: [] };

/** What was used a day ago counts half. */
const halfLifeMs = 24 * 3_600_000;
/**
 * Who comes after a week in which others worked is owed no week: who begins to wait counts as having had so much less than
 * the most of those who wait, at the least. It is made up for soon, and from then on they take turns.
 */
export const mostLeadSeconds = 3_600;
/** Who has had no more than this more than another needs not give way yet: each change of hands costs seconds. */
export const turnSeconds = 20;
/** Less is nothing: whoever has used a host once is not kept in mind for ever. */
const forgottenSeconds = 0.01;

export const faded = (seconds: number, sinceMs: number): number =>
  seconds * 2 ** (-Math.max(0, sinceMs) / halfLifeMs);

/** After a time in which each had `spent` more. @param wanting those who have something that waits now */
export function turnsAfter(
  before: Turns,
  spent: ReadonlyMap<string, number>,
  wanting: readonly string[],
  sinceMs: number,
): Turns {
  const use = new Map<string, number>();
  for (const who of [...before.use.keys(), ...spent.keys()]) {
    const seconds = faded(before.use.get(who) ?? 0, sinceMs) + (spent.get(who) ?? 0);
    if (seconds >= forgottenSeconds) use.set(who, seconds);
  }
  let most = 0;
  for (const who of wanting) most = Math.max(most, use.get(who) ?? 0);
  for (const who of wanting)
    if (!before.wanting.includes(who)) use.set(who, Math.max(use.get(who) ?? 0, most - mostLeadSeconds));
  return { use, wanting };
}

const usedBy = ({ use }: Turns, who: string): number => use.get(who) ?? 0;

/** Whether one of them gives way to another that waits. */
export const givesWay = (turns: Turns, one: string, other: string): boolean =>
  usedBy(turns, one) - usedBy(turns, other) > turnSeconds;

/** Who comes first, of two that are served one after the other: of those that had about as much, none. */
export const compareTurns = (turns: Turns, one: string, other: string): number =>
  Math.floor(usedBy(turns, one) / turnSeconds) - Math.floor(usedBy(turns, other) / turnSeconds);

/** What accounts tell each other of a host: GPU-seconds, and core-seconds of trials without a GPU. */
export interface Used {
  readonly gpuSeconds: number;
  readonly coreSeconds: number;
}

export const nothingUsed: Used = { gpuSeconds: 0, coreSeconds: 0 };

/** What a trial needs that waits for room which others have. Bytes at its peak. */
export interface Want {
  readonly gpus: 0 | 1;
  readonly gpuBytes: number;
  readonly hostBytes: number;
}

/** Another account on the host, as it tells of itself. */
export interface OthersAccount {
  readonly user: string;
  readonly used: Used;
  readonly wants: readonly Want[];
  /** Trials that it has started: it rises when a turn is taken. */
  readonly started: number;
}

/** A device that is left to another account for a moment: a GPU by its UUID, or `cpu` for what takes none. */
export interface LeftTo {
  readonly device: string;
  readonly user: string;
  /** What that account has used of such devices of late, and ours. */
  readonly theirSeconds: number;
  readonly ourSeconds: number;
}
