/**
 * How long a trial will take, learned from those that ended: a mean per launch, scaled by the program's own count of
 * operations where it has one. Pure; the observations are folded from the ledger's ends.
 */

/** Sums over the ended trials of one launch. */
interface Observed {
  count: number;
  seconds: number;
  operations: number;
}

export type Durations = Map<string, Observed>;

export const noDurations = (): Durations => new Map();

/** `operations` is 0 where the program does not say. */
export function observeDuration(
  durations: Durations,
  launch: string,
  seconds: number,
  operations: number,
): void {
  const observed = durations.get(launch) ?? { count: 0, seconds: 0, operations: 0 };
  observed.count += 1;
  observed.seconds += seconds;
  observed.operations += operations;
  durations.set(launch, observed);
}

/** Expected seconds of one trial, or null where nothing of its launch has ended yet. */
export function predictSeconds(durations: Durations, launch: string, operations: number): number | null {
  const observed = durations.get(launch);
  if (observed === undefined) return null;
  if (operations > 0 && observed.operations > 0) return (observed.seconds / observed.operations) * operations;
  return observed.seconds / observed.count;
}
