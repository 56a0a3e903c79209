/** How a run has ended, from the best to the worst. */
const outcomes = ['done', 'failed-in-part', 'no-host', 'interrupted'] as const;

export type RunOutcome = (typeof outcomes)[number];

/** No host is worse than a failure. */
export const graver = (one: RunOutcome, other: RunOutcome): RunOutcome =>
  outcomes.indexOf(other) > outcomes.indexOf(one) ? other : one;
