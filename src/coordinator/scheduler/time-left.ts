/**
 * When sweeps will have ended: the plan of all of them goes on until nothing waits, on the hosts as they are now. It does so
 * three times: with as much of the hosts' places lost as so far, with none, and with twice as much. The last two say between
 * what the end will be, with how far it may be off else (interval.ts).
 */
import type { Sweep } from '../../ledger/state.ts';
import type { Eta } from '../../model/eta.ts';
import type { SweepName } from '../../model/ids.ts';
import type { Durations } from '../../predict/duration.ts';
import { lostPlaces } from '../hosts/host-use.ts';
import { learnedAs } from '../hosts/likeness.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { Candidate } from './berth.ts';
import { type Contender, contendersOf, onFreshHosts } from './contender.ts';
import { Doubts } from './doubt.ts';
import { intervalOf, isOverdue } from './interval.ts';
import { outlooksOf } from './outlook.ts';
import { isShut, type Played, playOut, type Witness } from './play-out.ts';

/** A live view asks four times a second, and of 100,000 trials an answer takes 60 ms. */
const keptMs = 1_000;
const kept = new WeakMap<Durations, { readonly at: number; readonly etas: Etas }>();

/** Null where nothing of a sweep has ended yet, where no host lets any of it start, or where it waits for a person. */
export type Etas = ReadonlyMap<SweepName, Eta | null>;

/** Of each sweep of the ledger. @param now wall clock in ms */
export function timesLeft(state: CoordinatorState, now: number): Etas {
  const last = kept.get(state.durations);
  if (last !== undefined && now > last.at && now - last.at < keptMs && isOfAll(state, last.etas))
    return last.etas;
  const etas = reckoned(state, now);
  kept.set(state.durations, { at: now, etas });
  return etas;
}

const isOfAll = ({ ledger }: CoordinatorState, etas: Etas): boolean =>
  [...ledger.sweeps.keys()].every((name) => etas.has(name));

type Play = ReadonlyMap<SweepName, Played>;

/** What becomes of sweeps with as much lost as is likely, with none and with twice as much. */
interface Plays {
  readonly contenders: readonly Contender[];
  readonly likely: Play;
  readonly best: Play;
  readonly worst: Play;
  readonly doubts: Doubts;
}

function reckoned(state: CoordinatorState, now: number): Etas {
  const plays = playsOf(state, now);
  return new Map([...state.ledger.sweeps.values()].map((sweep) => [sweep.name, etaOf(state, sweep, plays)]));
}

function playsOf(state: CoordinatorState, now: number): Plays {
  const outlooks = outlooksOf(state, now);
  const contenders = contendersOf(state, outlooks, now);
  const doubts = new Doubts(state.durations);
  for (const { sweep, running } of contenders)
    for (const { attempt, lane } of running) doubts.note(sweep.name, attempt.point, 1, attempt.host, lane);
  const play = (losses: number, witness?: Witness): Play => {
    const anew = onFreshHosts(state, contenders, outlooks, now);
    return playOut(
      state,
      anew.map((one) => ({
        ...one,
        candidates: one.candidates.map((candidate) => losing(candidate, losses)),
      })),
      witness,
    );
  };
  const likely = play(1, ({ sweep }, { berth, lane }, { trial, count }) =>
    doubts.note(sweep.name, trial.point, count, berth.host.name, lane),
  );
  return { contenders, likely, best: play(0), worst: play(2), doubts };
}

function etaOf(state: CoordinatorState, sweep: Sweep, plays: Plays): Eta | null {
  const { name, declaration, counts, status } = sweep;
  if (!state.durations.has(learnedAs(state.ledger, declaration.launch))) return null;
  const contender = plays.contenders.find((one) => one.sweep === sweep);
  const likely = plays.likely.get(name);
  // What nobody has asked for, or somebody has paused, waits for as long as they like.
  const waits = counts.queued + counts.leased > 0;
  if (waits && (status.kind !== 'open' || contender === undefined)) return null;
  if (contender === undefined || likely === undefined) return { seconds: 0, low: 0, high: 0, overdue: false };
  if (contender.waiting.length > 0 && contender.candidates.every(isShut)) return null;
  const { seconds } = likely;
  const ends = {
    seconds,
    best: plays.best.get(name)?.seconds ?? 0,
    worst: plays.worst.get(name)?.seconds ?? 0,
  };
  const interval = intervalOf(state, contender, plays.contenders, plays.doubts, ends);
  // What no host here takes waits for one that is not there.
  if (likely.unplaced > 0 && seconds < 1) return null;
  return { seconds, ...interval, overdue: isOverdue(state, contender) };
}

/** So many times what it has lost of its places so far, unless it lacks them already; half of them stay at the least. */
function losing(candidate: Candidate, times: number): Candidate {
  const { berth, lane } = candidate;
  const { host } = berth;
  const usable = host.use.places - times * lostPlaces(host);
  const slower = usable > 0 ? lane.parallel / usable : 1;
  return { ...candidate, lane: { ...lane, slowness: lane.slowness * Math.min(2, Math.max(1, slower)) } };
}
