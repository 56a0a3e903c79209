/** When a sweep will have ended: the plan goes on until nothing waits, on the hosts as they are now. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isAsked } from '../hosts/asked.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, berthOf, type Candidate, candidateOf, endsIn } from './berth.ts';
import { outlooksOf } from './outlook.ts';

/** Of more trials that wait, every so many-th stands for those between. */
const mostLooked = 500;

/** Seconds; null where nothing of the sweep has ended yet, or no host takes it. @param now wall clock in ms */
export function timeLeft(state: CoordinatorState, sweep: Sweep, now: number): number | null {
  const { launch } = sweep.declaration;
  if (!state.durations.has(launch)) return null;
  const outlooks = outlooksOf(state, now);
  const candidates = [...state.fleet.values()]
    .filter((host) => eligibility(state, sweep, host).kind === 'eligible')
    .map((host) => candidateOf(state, sweep, berthOf(state, host, outlooks, now, 'running'), outlooks, now));
  if (candidates.length === 0) return null;
  const waiting = waitingOf(state, sweep);
  const step = Math.ceil(waiting.length / mostLooked);
  const seconds = (trial: Trial): number => outlooks(launch).of(trial.point).seconds;
  const order = waiting
    .filter((_, place) => place % step === 0)
    .toSorted((one, other) => seconds(other) - seconds(one));
  let last = Math.max(0, ...candidates.map(({ berth }) => (berth.isBlocked ? 0 : berth.all.places.endsIn)));
  for (const trial of order) {
    const best = soonest(state, candidates, trial);
    if (best === null) continue;
    last = Math.max(last, endsIn(best, trial));
    for (let count = 0; count < step; count += 1) add(best, trial);
  }
  return last;
}

const waitingOf = (state: CoordinatorState, { order }: Sweep): Trial[] =>
  order.filter(
    (trial) => trial.status.kind === 'leased' || (trial.status.kind === 'queued' && isAsked(state, trial)),
  );

/** The rules of hosts are asked of the one that would be chosen alone. */
function soonest(state: CoordinatorState, candidates: readonly Candidate[], trial: Trial): Candidate | null {
  let best: Candidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const ends = endsIn(candidate, trial);
    if (ends < least) [best, least] = [candidate, ends];
  }
  if (best === null || misfit(state.ledger, trial.point, best.berth.host, best.berth.idle) === null)
    return best;
  return soonest(
    state,
    candidates.filter((candidate) => candidate !== best),
    trial,
  );
}
