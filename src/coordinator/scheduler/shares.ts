import type { Sweep } from '../../ledger/state.ts';
import type { CoordinatorState } from '../core/state.ts';
import type { Candidate } from './berth.ts';

/** For so long after the first host is ready, those that are on their way have their share of the work kept for them. */
const patienceMs = 3_000;

/**
 * The first host that is ready would be through with a sweep of short trials before the others have answered: while
 * `awaited` more are on their way, each holds no more than its share. A host that takes long to come is not waited for.
 */
export function keepShares(
  state: CoordinatorState,
  sweep: Sweep,
  candidates: readonly Candidate[],
  awaited: number,
  now: number,
): void {
  if (candidates.length === 0) return;
  const readySince = state.readySince.get(sweep.name) ?? now;
  state.readySince.set(sweep.name, readySince);
  if (awaited === 0 || now < readySince || now - readySince > patienceMs) return;
  const trials = candidates.reduce(
    (sum, { berth }) => sum + berth.open + berth.host.ended,
    sweep.counts.queued,
  );
  const ready = candidates.reduce((sum, { parallel }) => sum + parallel, 0);
  const all = ready * (1 + awaited / candidates.length);
  for (const candidate of candidates)
    candidate.share = Math.ceil((trials * candidate.parallel) / all) - candidate.berth.host.ended;
}
