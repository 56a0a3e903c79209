/**
 * When a sweep will have ended: the plan goes on until nothing waits, on the hosts as they are now. It does so three times:
 * as places of hosts were used so far, as if none of them were lost any more, and as if nothing were taken back from where
 * it waits now. The last two, and how far trials were off what was expected of them, say between what the end will be.
 */
import type { Sweep, Trial } from '../../ledger/state.ts';
import type { Eta } from '../../model/eta.ts';
import { missedShare } from '../../predict/duration.ts';
import { isAsked } from '../hosts/asked.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import { usablePlaces } from '../hosts/host-use.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, berthOf, type Candidate, candidateOf, endsIn } from './berth.ts';
import { type Outlooks, outlooksOf } from './outlook.ts';

/** Of more trials that wait, every so many-th stands for those between. */
const mostLooked = 500;
/** Within so many standard deviations trials are nearly always what is expected of them. */
const spreads = 2;

/** Null where nothing of the sweep has ended yet, or no host lets any of it start. @param now wall clock in ms */
export function timeLeft(state: CoordinatorState, sweep: Sweep, now: number): Eta | null {
  const { launch } = sweep.declaration;
  if (!state.durations.has(launch)) return null;
  const outlooks = outlooksOf(state, now);
  const found = (): Candidate[] => candidatesOf(state, sweep, outlooks, now);
  if (found().every(isShut)) return null;
  const secondsOf = (trial: Trial): number => outlooks(launch).of(trial.point).seconds;
  const waiting = waitingOf(state, sweep).toSorted((one, other) => secondsOf(other) - secondsOf(one));
  const seconds = endOf(found().map(asUsed), waiting, soonest);
  const atBest = endOf(found(), waiting, soonest);
  const asItWaits = endOf(found().map(asUsed), waiting, whereItWaits(state));
  const longest = Math.max(0, ...openOf(sweep).map(secondsOf));
  const off = spreads * missedShare(state.durations, launch) * Math.sqrt(longest * seconds);
  return {
    seconds,
    low: Math.max(0, Math.min(atBest, seconds) - off),
    high: Math.max(asItWaits, seconds) + off,
  };
}

const candidatesOf = (state: CoordinatorState, sweep: Sweep, outlooks: Outlooks, now: number): Candidate[] =>
  [...state.fleet.values()]
    .filter((host) => eligibility(state, sweep, host).kind === 'eligible')
    .map((host) => candidateOf(state, sweep, berthOf(state, host, outlooks, now, 'running'), outlooks, now));

/** What it has lost of its places so far it will lose again, unless it does already. */
function asUsed(candidate: Candidate): Candidate {
  const { berth, lane } = candidate;
  const lost = Math.max(1, lane.parallel / usablePlaces(berth.host));
  return { ...candidate, lane: { ...lane, slowness: lane.slowness * lost } };
}

const waitingOf = (state: CoordinatorState, { order }: Sweep): Trial[] =>
  order.filter(
    (trial) => trial.status.kind === 'leased' || (trial.status.kind === 'queued' && isAsked(state, trial)),
  );

const openOf = ({ order }: Sweep): Trial[] =>
  order.filter(({ status: { kind } }) => kind === 'queued' || kind === 'leased' || kind === 'running');

/** Which host takes a trial; null where none does. */
type Choose = (candidates: readonly Candidate[], trial: Trial) => Candidate | null;

/** Seconds until all have ended, and what runs. @param waiting in the order in which they start */
function endOf(candidates: readonly Candidate[], waiting: readonly Trial[], choose: Choose): number {
  const step = Math.ceil(waiting.length / mostLooked);
  let last = Math.max(0, ...candidates.map(({ berth }) => (berth.isBlocked ? 0 : berth.places.endsIn)));
  for (let place = 0; place < waiting.length; place += step) {
    const trial = waiting[place];
    const chosen = trial === undefined ? null : choose(candidates, trial);
    if (trial === undefined || chosen === null) continue;
    last = Math.max(last, endsIn(chosen, trial));
    for (let count = 0; count < step; count += 1) add(chosen, trial);
  }
  return last;
}

const isShut = ({ berth, isClosed }: Candidate): boolean => berth.isBlocked || isClosed;

/** The rules of hosts are asked of the one that would be chosen alone. */
function soonest(candidates: readonly Candidate[], trial: Trial): Candidate | null {
  let best: Candidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (isShut(candidate)) continue;
    const ends = endsIn(candidate, trial);
    if (ends < least) [best, least] = [candidate, ends];
  }
  if (best === null || misfit(trial.point, best.berth.idle) === null) return best;
  return soonest(
    candidates.filter((candidate) => candidate !== best),
    trial,
  );
}

/** What was leased to a host that takes it stays there. */
const whereItWaits =
  ({ ledger }: CoordinatorState): Choose =>
  (candidates, trial) => {
    const { status } = trial;
    const host = status.kind === 'leased' ? ledger.attempts.get(status.attempt)?.host : undefined;
    const there = candidates.find((one) => one.berth.host.name === host && !isShut(one));
    return there ?? soonest(candidates, trial);
  };
