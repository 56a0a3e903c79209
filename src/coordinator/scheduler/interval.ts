/**
 * Between what the end of a sweep lies: as far as trials were off what was expected of them, what is not known of those like
 * which none has ended, how much longer than expected some run already, and how much later than planned it may be for what
 * begins last: by the longest of them at most (Graham, Bounds on multiprocessing timing anomalies, 1969).
 */
import type { Eta } from '../../model/eta.ts';
import { missedShare } from '../../predict/duration.ts';
import { learnedAs } from '../hosts/likeness.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { RunningTrial } from './berth.ts';
import type { Contender } from './contender.ts';
import { type Doubts, spreads } from './doubt.ts';
import { secondsIn } from './lane.ts';

/** Of the lateness that a list of trials may have at most, what it nearly always keeps to. */
const latenessSeen = 0.5;
/** What has run for longer than expected may take so many times that again. */
const overdueAgain = 2;

/** When it ends as hosts lose as much of their places as is likely, none, and twice as much. */
interface Ends {
  readonly seconds: number;
  readonly best: number;
  readonly worst: number;
}

export function intervalOf(
  state: CoordinatorState,
  contender: Contender,
  all: readonly Contender[],
  doubts: Doubts,
  { seconds, best, worst }: Ends,
): Pick<Eta, 'low' | 'high'> {
  const others = all.filter((one) => one !== contender && goesBeforeOrBeside(one, contender));
  const involved = [contender, ...others];
  const missed = Math.max(...involved.map((one) => missedOf(state, one)));
  const longest = Math.max(...involved.map(longestOf));
  const off = spreads * missed * Math.sqrt(longest * seconds);
  const unknown = doubts.of(involved.map(({ sweep }) => sweep.name));
  const later = longestWaiting(contender) * (1 - 1 / Math.max(1, placesOf(contender))) * latenessSeen;
  const low = Math.min(best, seconds) - Math.hypot(off, seconds * unknown.less);
  const high =
    Math.max(worst, seconds) + later + Math.hypot(off, Math.max(seconds * unknown.more, unknown.longest));
  const overdue = contender.running.map((one) =>
    one.overdueSeconds > 0 ? one.seconds + overdueAgain * one.overdueSeconds : 0,
  );
  return { low: Math.max(0, low), high: Math.max(high, ...overdue) };
}

/** Nothing of it waits, and what is waited for has run for longer than trials differ from what is expected of them. */
export function isOverdue(state: CoordinatorState, contender: Contender): boolean {
  const usual = spreads * missedOf(state, contender);
  const isLate = ({ overdueSeconds, attempt, lane }: RunningTrial): boolean =>
    overdueSeconds > usual * secondsIn(lane, attempt.point);
  const last = contender.running.toSorted((one, other) => other.seconds - one.seconds)[0];
  return contender.waiting.length === 0 && last !== undefined && isLate(last);
}

const goesBeforeOrBeside = (one: Contender, other: Contender): boolean =>
  one.sweep.declaration.priority >= other.sweep.declaration.priority;

const missedOf = ({ durations, ledger }: CoordinatorState, { sweep }: Contender): number =>
  missedShare(durations, learnedAs(ledger, sweep.declaration.launch));

const longestOf = (contender: Contender): number =>
  Math.max(
    longestWaiting(contender),
    ...contender.running.map(({ lane, attempt }) => lane.outlook.of(attempt.point).seconds),
  );

/** On a host like all others. */
function longestWaiting({ waiting: [first], candidates: [candidate] }: Contender): number {
  return first === undefined || candidate === undefined
    ? 0
    : candidate.lane.outlook.of(first.trial.point).seconds;
}

const placesOf = ({ candidates }: Contender): number =>
  candidates.reduce((sum, { lane }) => sum + lane.parallel, 0);
