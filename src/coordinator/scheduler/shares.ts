import type { Sweep } from '../../ledger/state.ts';
import { queuedOf } from '../hosts/asked.ts';
import { type CoordinatorState, readyNow } from '../hosts/state.ts';
import { type Candidate, takes } from './berth.ts';

/** For so long after the first host is ready, each has its share of the work kept for it, there or on its way. */
const patienceMs = 3_000;
/** Trials of less are through before it shows that they were unevenly shared. */
const shortSeconds = 1;

/**
 * The first host that is ready would be through with a sweep of short trials before the others have answered: while
 * `awaited` more are on their way, each holds no more than its share. The last to come finds the others idle and as good
 * as itself, so short trials are kept for it a moment longer; where long ones go is the plan's to decide once all are
 * there. A host that takes long to come is not waited for.
 */
export function keepShares(
  state: CoordinatorState,
  sweep: Sweep,
  candidates: readonly Candidate[],
  awaited: number,
  now: number,
): void {
  if (candidates.length === 0) return;
  const ready = state.ready.get(sweep.name) ?? readyNow(state, now);
  if (now < ready.at || now - ready.at > patienceMs) return;
  if (awaited === 0 && !areShort(sweep, candidates)) return;
  const endedOn = ({ berth: { host } }: Candidate): number => host.ended - (ready.ended.get(host.name) ?? 0);
  const trials = candidates.reduce(
    (sum, candidate) => sum + candidate.own + endedOn(candidate),
    queuedOf(state, sweep),
  );
  const there = candidates.reduce((sum, { lane }) => sum + lane.parallel, 0);
  const all = there * (1 + awaited / candidates.length);
  for (const candidate of candidates)
    candidate.share = Math.min(
      candidate.share,
      Math.ceil((trials * candidate.lane.parallel) / all) - endedOn(candidate),
    );
}

function areShort(sweep: Sweep, candidates: readonly Candidate[]): boolean {
  const [trial] = sweep.order;
  if (trial === undefined) return false;
  return candidates.every(
    (candidate) => candidate.lane.outlook.isPredicted && takes(candidate, trial) < shortSeconds,
  );
}
