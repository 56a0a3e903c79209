/** When what was left out is tried again. */

/** Trials that came to nothing since the last success, before a host, a launch or a sweep there is left out. */
export const mostCharges = 3;

const firstPauseMs = 60_000;
const longestPauseMs = 64 * 60_000;

/** @param lapses at least 1 */
export const pauseMsAfter = (lapses: number): number =>
  Math.min(firstPauseMs * 2 ** (lapses - 1), longestPauseMs);
