/**
 * When a sweep will have ended: the plan goes on until nothing waits, on the hosts as they are now. It does so three times:
 * with as much of the hosts' places lost as so far, with none, and with twice as much. The last two say between what the
 * end will be, with how far trials were off what was expected of them, and with how much later than planned it may be for
 * what begins last: by the longest of them at most (Graham, Bounds on multiprocessing timing anomalies, 1969).
 */
import type { Sweep, Trial } from '../../ledger/state.ts';
import type { Eta } from '../../model/eta.ts';
import { missedShare } from '../../predict/duration.ts';
import { isAsked } from '../hosts/asked.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import { lostPlaces } from '../hosts/host-use.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, berthOf, type Candidate, candidateOf, endsIn } from './berth.ts';
import { type Outlooks, outlooksOf } from './outlook.ts';

/** Of more trials that wait, every so many-th stands for those between. */
const mostLooked = 500;
/** Within so many standard deviations trials are nearly always what is expected of them. */
const spreads = 2;

/** Of the lateness that a list of trials may have at most, what it nearly always keeps to. */
const latenessSeen = 0.5;

/** Null where nothing of the sweep has ended yet, or no host lets any of it start. @param now wall clock in ms */
export function timeLeft(state: CoordinatorState, sweep: Sweep, now: number): Eta | null {
  const { launch } = sweep.declaration;
  if (!state.durations.has(launch)) return null;
  const outlooks = outlooksOf(state, now);
  const found = (): Candidate[] => candidatesOf(state, sweep, outlooks, now);
  if (found().every(isShut)) return null;
  const secondsOf = (trial: Trial): number => outlooks(launch).of(trial.point).seconds;
  const waiting = waitingOf(state, sweep).toSorted((one, other) => secondsOf(other) - secondsOf(one));
  const end = (losses: number): number =>
    endOf(
      found().map((one) => losing(one, losses)),
      waiting,
    );
  const seconds = end(1);
  const running = sweep.order.filter(({ status }) => status.kind === 'running');
  const longest = Math.max(0, ...[...waiting.slice(0, 1), ...running].map(secondsOf));
  const off = spreads * missedShare(state.durations, launch) * Math.sqrt(longest * seconds);
  const [first] = waiting;
  const later = first === undefined ? 0 : secondsOf(first) * (1 - 1 / placesOf(found())) * latenessSeen;
  return {
    seconds,
    low: Math.max(0, Math.min(end(0), seconds) - off),
    high: Math.max(end(2), seconds) + later + off,
  };
}

const candidatesOf = (state: CoordinatorState, sweep: Sweep, outlooks: Outlooks, now: number): Candidate[] =>
  [...state.fleet.values()]
    .filter((host) => eligibility(state, sweep, host).kind === 'eligible')
    .map((host) => candidateOf(state, sweep, berthOf(state, host, outlooks, now, 'running'), outlooks, now));

/** So many times what it has lost of its places so far, unless it lacks them already; half of them stay at the least. */
function losing(candidate: Candidate, times: number): Candidate {
  const { berth, lane } = candidate;
  const { host } = berth;
  const usable = host.use.places - times * lostPlaces(host);
  const slower = usable > 0 ? lane.parallel / usable : 1;
  return { ...candidate, lane: { ...lane, slowness: lane.slowness * Math.min(2, Math.max(1, slower)) } };
}

const placesOf = (candidates: readonly Candidate[]): number =>
  candidates.reduce((sum, { lane }) => sum + lane.parallel, 0);

const waitingOf = (state: CoordinatorState, { order }: Sweep): Trial[] =>
  order.filter(
    (trial) => trial.status.kind === 'leased' || (trial.status.kind === 'queued' && isAsked(state, trial)),
  );

/** Seconds until all have ended, and what runs. @param waiting in the order in which they start */
function endOf(candidates: readonly Candidate[], waiting: readonly Trial[]): number {
  const step = Math.ceil(waiting.length / mostLooked);
  let last = Math.max(0, ...candidates.map(({ berth }) => (berth.isBlocked ? 0 : berth.places.endsIn)));
  for (let place = 0; place < waiting.length; place += step) {
    const trial = waiting[place];
    const chosen = trial === undefined ? null : soonest(candidates, trial);
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
