/**
 * When a sweep will have ended: the plan goes on until nothing waits, on the hosts as they are now. It does so three times:
 * with as much of the hosts' places lost as so far, with none, and with twice as much. The last two say between what the
 * end will be, with how far trials were off what was expected of them, and with how much later than planned it may be for
 * what begins last: by the longest of them at most (Graham, Bounds on multiprocessing timing anomalies, 1969).
 */
import type { Sweep, Trial } from '../../ledger/state.ts';
import type { Eta } from '../../model/eta.ts';
import { missedShare } from '../../predict/duration.ts';
import { lostPlaces } from '../hosts/host-use.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { Candidate } from './berth.ts';
import { outlooksOf } from './outlook.ts';
import { candidatesFor, isShut, playOut, waitingOf } from './play-out.ts';

/** Within so many standard deviations trials are nearly always what is expected of them. */
const spreads = 2;

/** Of the lateness that a list of trials may have at most, what it nearly always keeps to. */
const latenessSeen = 0.5;

/** A live view asks four times a second, and of 100,000 trials an answer takes 60 ms. */
const keptMs = 1_000;
const kept = new WeakMap<Sweep, { readonly at: number; readonly eta: Eta | null }>();

/** Null where nothing of the sweep has ended yet, or no host lets any of it start. @param now wall clock in ms */
export function timeLeft(state: CoordinatorState, sweep: Sweep, now: number): Eta | null {
  const last = kept.get(sweep);
  if (last !== undefined && last.eta !== null && now > last.at && now - last.at < keptMs) return last.eta;
  const eta = reckoned(state, sweep, now);
  kept.set(sweep, { at: now, eta });
  return eta;
}

function reckoned(state: CoordinatorState, sweep: Sweep, now: number): Eta | null {
  const { launch } = sweep.declaration;
  if (!state.durations.has(launch)) return null;
  const outlooks = outlooksOf(state, now);
  const found = (): Candidate[] => candidatesFor(state, sweep, outlooks, now);
  if (found().every(isShut)) return null;
  const secondsOf = (trial: Trial): number => outlooks(launch).of(trial.point).seconds;
  const waiting = waitingOf(state, sweep, secondsOf);
  const end = (losses: number): number => {
    const candidates = found().map((one) => losing(one, losses));
    return playOut(state, candidates, waiting).seconds;
  };
  const seconds = end(1);
  const running = sweep.order.filter(({ status }) => status.kind === 'running');
  const longestWaiting = waiting[0] === undefined ? 0 : secondsOf(waiting[0].trial);
  const longest = Math.max(longestWaiting, ...running.map(secondsOf));
  const off = spreads * missedShare(state.durations, launch) * Math.sqrt(longest * seconds);
  const later = longestWaiting * (1 - 1 / placesOf(found())) * latenessSeen;
  return {
    seconds,
    low: Math.max(0, Math.min(end(0), seconds) - off),
    high: Math.max(end(2), seconds) + later + off,
  };
}

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
