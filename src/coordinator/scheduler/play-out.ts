/** The plan gone on with until nothing waits, on the hosts as they are now. */
import type { LedgerState, Sweep, Trial } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import { isAsked } from '../hosts/asked.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, berthOf, type Candidate, candidateOf, endsIn } from './berth.ts';
import type { Outlooks } from './outlook.ts';

/** Of more trials that wait, every so many-th stands for those between. */
const mostLooked = 500;

export interface PlayedOut {
  /** Until all have ended, and what runs. */
  readonly seconds: number;
  /** Trials that each host has begun by then, of those that waited. */
  readonly begun: ReadonlyMap<HostName, number>;
}

/** The hosts that may be leased trials of a sweep, with what runs there; what waits there may run anywhere. */
export const candidatesFor = (
  state: CoordinatorState,
  sweep: Sweep,
  outlooks: Outlooks,
  now: number,
): Candidate[] =>
  [...state.fleet.values()]
    .filter((host) => eligibility(state, sweep, host).kind === 'eligible')
    .map((host) => candidateOf(state, sweep, berthOf(state, host, outlooks, now, 'running'), outlooks, now));

/** It lets nothing of the sweep start for now. */
export const isShut = ({ berth, isClosed }: Candidate): boolean => berth.isBlocked || isClosed;

/** What was asked for of a sweep and runs nowhere yet. */
export const waitingOf = (state: CoordinatorState, { order }: Sweep): Trial[] =>
  order.filter(
    (trial) => trial.status.kind === 'leased' || (trial.status.kind === 'queued' && isAsked(state, trial)),
  );

/** @param candidates spent: they hold all of it afterwards @param waiting in the order in which they start */
export function playOut(
  { ledger }: Pick<CoordinatorState, 'ledger'>,
  candidates: readonly Candidate[],
  waiting: readonly Trial[],
): PlayedOut {
  const step = Math.ceil(waiting.length / mostLooked);
  const begun = new Map<HostName, number>();
  let last = Math.max(0, ...candidates.map(({ berth }) => (berth.isBlocked ? 0 : berth.all.places.endsIn)));
  for (let place = 0; place < waiting.length; place += step) {
    const trial = waiting[place];
    const chosen = trial === undefined ? null : soonest(ledger, candidates, trial);
    if (trial === undefined || chosen === null) continue;
    last = Math.max(last, endsIn(chosen, trial));
    const like = Math.min(step, waiting.length - place);
    for (let count = 0; count < like; count += 1) add(chosen, trial);
    const { name } = chosen.berth.host;
    begun.set(name, (begun.get(name) ?? 0) + like);
  }
  return { seconds: last, begun };
}

/** The rules of hosts are asked of the one that would be chosen alone. */
function soonest(ledger: LedgerState, candidates: readonly Candidate[], trial: Trial): Candidate | null {
  let best: Candidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (isShut(candidate)) continue;
    const ends = endsIn(candidate, trial);
    if (ends < least) [best, least] = [candidate, ends];
  }
  if (best === null || misfit(ledger, trial.point, best.berth.host, best.berth.idle) === null) return best;
  return soonest(
    ledger,
    candidates.filter((candidate) => candidate !== best),
    trial,
  );
}
