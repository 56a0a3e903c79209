/**
 * Whether a host that has failed every trial for a while is worse than its peers, or unlucky. Fisher's exact test
 * (1922), one-sided, of its failures in a row against what its peers did with trials of the same launch.
 */

/**
 * Ten failures in a row before anybody looks: where every second trial fails at random, a host has that chance once in
 * 1,024 trials.
 */
export const inRow = 10;
/** Good hosts that are left out: one in as many sweeps. */
const sweepsPerFalseAlarm = 1_000;

/** What a host's peers did with trials of one launch. */
export interface Peers {
  readonly succeeded: number;
  readonly failed: number;
}

/** The chance that a host as good as its peers has all the failures: the hypergeometric tail for no success. */
export function chanceOfStreak(length: number, { succeeded, failed }: Peers): number {
  let chance = 1;
  for (let one = 1; one <= length; one += 1) chance *= (failed + one) / (succeeded + failed + one);
  return chance;
}

/**
 * The chance under which a host is left out, so that all looks at all hosts together err once in 1,000 sweeps: Bonferroni
 * over the hosts, and 1 / (k (k + 1)), which sums to 1, over the ends that a host is looked at after.
 */
export const levelOf = (hosts: number, ends: number): number =>
  1 / (sweepsPerFalseAlarm * hosts * ends * (ends + 1));
