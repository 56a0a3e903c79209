/** Sweeps that have something to do, and the hosts that do it: what a plan that goes on until nothing waits begins with. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isAsked } from '../hosts/asked.ts';
import { eligibility } from '../hosts/eligibility.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Berth, type Candidate, candidateOf, type RunningTrial } from './berth.ts';
import { burdenOf } from './burden.ts';
import type { Outlooks } from './outlook.ts';
import { sideFor, type Sides, sidesOf } from './sides.ts';

/** Of more trials that wait, every so many-th stands for those between. */
const mostLooked = 500;

export interface Contender {
  readonly sweep: Sweep;
  /** The hosts that may be leased trials of it, which all sweeps share; what waits there may run anywhere. */
  readonly candidates: readonly Candidate[];
  /** The longest first. */
  readonly waiting: readonly Waiting[];
  readonly running: readonly RunningTrial[];
  /** Until all of it that runs has ended. */
  readonly runsFor: number;
}

/** A trial that waits, and how many like it. */
export interface Waiting {
  readonly trial: Trial;
  readonly count: number;
}

/** @param now wall clock in ms */
export function contendersOf(state: CoordinatorState, outlooks: Outlooks, now: number): Contender[] {
  const busy = [...state.ledger.sweeps.values()].filter(
    ({ name, counts }) => counts.leased + counts.running > 0 || (counts.queued > 0 && state.asked.has(name)),
  );
  if (busy.length === 0) return [];
  const sides = sidesOf(state, outlooks, now);
  const berths = sides.flatMap(({ onGpus, onCores }) => [onGpus, onCores]);
  const all = busy.map((sweep) => {
    const running = berths.map((berth) => ({ berth, running: runningIn(state, sweep, berth) }));
    return {
      sweep,
      candidates: candidatesFor(state, sweep, sides, outlooks, now),
      waiting: waitingOf(state, sweep, outlooks),
      running: running.flatMap((one) => one.running),
      runsFor: Math.max(0, ...running.map((one) => untilEnded(one.berth, one.running))),
    };
  });
  return all.filter(({ waiting, running }) => waiting.length + running.length > 0);
}

/** The same on hosts that hold nothing of it yet: a plan that goes on spends them. */
export function onFreshHosts(
  state: CoordinatorState,
  contenders: readonly Contender[],
  outlooks: Outlooks,
  now: number,
): Contender[] {
  const sides = sidesOf(state, outlooks, now);
  return contenders.map((one) => ({
    ...one,
    candidates: candidatesFor(state, one.sweep, sides, outlooks, now),
  }));
}

/** What a host has begun comes before a trial more, whichever sweep it is of. */
export const candidatesFor = (
  state: CoordinatorState,
  sweep: Sweep,
  sides: readonly Sides[],
  outlooks: Outlooks,
  now: number,
): Candidate[] =>
  sides
    .map((one) => sideFor(sweep, one))
    .filter(({ host }) => eligibility(state, sweep, host).kind === 'eligible')
    .map((berth) => ({ ...candidateOf(state, sweep, berth, outlooks, now), ahead: berth.all }));

/** What was asked for of a sweep and runs nowhere yet. */
function waitingOf(state: CoordinatorState, { order, declaration }: Sweep, outlooks: Outlooks): Waiting[] {
  const all = order.filter(
    (trial) => trial.status.kind === 'leased' || (trial.status.kind === 'queued' && isAsked(state, trial)),
  );
  const step = Math.ceil(all.length / mostLooked);
  const looked: Waiting[] = [];
  for (const [place, trial] of all.entries())
    if (place % step === 0) looked.push({ trial, count: Math.min(step, all.length - place) });
  const outlook = outlooks(declaration.launch);
  const secondsOf = ({ trial }: Waiting): number => outlook.of(trial.point).seconds;
  return looked.sort((one, other) => secondsOf(other) - secondsOf(one));
}

/** Also what was leased for another sweep that shares the trial. */
const runningIn = (
  { ledger }: CoordinatorState,
  { name }: Sweep,
  { running }: Berth,
): readonly RunningTrial[] =>
  running.filter(
    ({ sweep, attempt }) =>
      sweep === name || ledger.trials.get(attempt.trial)?.sweeps.includes(name) === true,
  );

/** Where a host is not eligible for more, what runs there goes to its end all the same. */
function untilEnded(berth: Berth, running: readonly RunningTrial[]): number {
  // Nobody knows how many run at once on a host that is not there.
  if (berth.host.link.kind !== 'ready') return Math.max(0, ...running.map(({ seconds }) => seconds));
  const held = { ...berth, running, waiting: [], given: [], work: new Map(), blockedSeconds: 0 };
  return burdenOf(held, () => true).places.endsIn;
}
