/**
 * How long a trial will take, learned from those that ended: seconds for a unit of work of its launch, times how much
 * slower or faster its host is at that launch than the lab. Work is the program's own count of operations, or 1 a
 * trial where it has none. Pure; the observations are folded from the ledger's ends.
 */
import type { HostName } from '../model/ids.ts';

/** Sums over ended trials. */
interface Sum {
  trials: number;
  seconds: number;
  work: number;
}

/** Of one launch: over the lab, and by host. */
interface Observed extends Sum {
  readonly hosts: Map<HostName, Sum>;
}

/** By launch. */
export type Durations = Map<string, Observed>;

export const noDurations = (): Durations => new Map();

/**
 * What the lab's mean counts for beside a host's own trials: few trials differ by more than hosts do, so a host is
 * taken to be like the others until it has shown otherwise (shrinkage, James and Stein 1961).
 */
const priorTrials = 8;

export function observeDuration(
  durations: Durations,
  seen: { readonly launch: string; readonly host: HostName; readonly seconds: number; readonly work: number },
): void {
  const observed = durations.get(seen.launch) ?? { ...nothing(), hosts: new Map() };
  durations.set(seen.launch, observed);
  const ofHost = observed.hosts.get(seen.host) ?? nothing();
  observed.hosts.set(seen.host, ofHost);
  for (const sum of [observed, ofHost]) {
    sum.trials += 1;
    sum.seconds += seen.seconds;
    sum.work += seen.work;
  }
}

/** Expected seconds for a unit of work, anywhere in the lab or on one host; null where nothing of it has ended yet. */
export function secondsPerWork(durations: Durations, launch: string, host: HostName | null): number | null {
  const lab = durations.get(launch);
  if (lab === undefined) return null;
  const mean = lab.seconds / lab.work;
  const own = host === null ? undefined : lab.hosts.get(host);
  if (own === undefined) return mean;
  const priorWork = priorTrials * (lab.work / lab.trials);
  return (own.seconds + priorWork * mean) / (own.work + priorWork);
}

const nothing = (): Sum => ({ trials: 0, seconds: 0, work: 0 });
