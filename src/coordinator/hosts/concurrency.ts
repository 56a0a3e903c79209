import type { Sweep } from '../../ledger/state.ts';

/** How many more trials a sweep may have at once. */
export function concurrencyLeft(sweep: Sweep): number {
  const { concurrent } = sweep.declaration;
  if (concurrent === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, concurrent - sweep.counts.leased - sweep.counts.running);
}
