/** When a GPU's time is worth sharing. Shares of it; pure. */

/** Beyond so much of it all that share it end later, and none sooner. */
const mostWanted = 1.25;
/** What one more does on top has to be so much of what it would do alone. */
const leastGain = 0.5;

/** Whether one that would keep it busy for a share is worth starting beside those that keep it busy so far. */
export const gainsBeside = (taken: number, busy: number): boolean =>
  taken + busy <= mostWanted && Math.min(1, taken + busy) - Math.min(1, taken) >= busy * leastGain;

/** How many of one kind that is; 1 at the least. */
export const togetherOn = (busy: number): number =>
  busy <= 0
    ? Number.MAX_SAFE_INTEGER
    : Math.max(1, Math.floor(Math.min(mostWanted / busy, 1 / busy + 1 - leastGain)));
