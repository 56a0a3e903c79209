/** Hosts as a plan sees them: what each holds, when each of its places is free, and how soon it would end one trial more. */
import type { Attempt, OpenWork, Sweep, Trial } from '../../ledger/state.ts';
import type { HostName, SweepName } from '../../model/ids.ts';
import { workOf } from '../../model/work.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { hasRoom, isBlocked, isTaken } from '../hosts/backlog.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { idle } from '../hosts/fit.ts';
import { connectionOf } from '../hosts/link.ts';
import { mostOpen } from '../hosts/probation.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { backlogOf } from './backlog.ts';
import { type Burden, burdenOf, type Held, type Occupant, shareOf } from './burden.ts';
import { type Lane, laneOf, secondsIn } from './lane.ts';
import type { Outlooks } from './outlook.ts';
import { type Running, runningOn } from './running.ts';

/** A host that lets nothing start is as good as busy until next month. */
const blockedSeconds = 30 * 24 * 3600;
/** Ends that differ by less are equal: speeds are not known better, and what is spread wide runs undisturbed. */
const alike = 0.05;
/** What runs for longer than it was expected to is expected to take so much of that time again. */
const overdueShare = 0.1;

export interface RunningTrial extends Occupant {
  readonly attempt: Attempt;
  readonly lane: Lane;
  /** By how much longer it has run than it was expected to; 0 where that may still come true. */
  readonly overdueSeconds: number;
}

/** A host while a plan is made. */
export interface Berth extends Held {
  readonly host: FleetHost;
  readonly running: readonly RunningTrial[];
  /** What it could hold; null before it is known. */
  readonly idle: HostLoad | null;
  /** What it has to do, with what the plan gives it and without what it takes away. */
  readonly all: Burden;
  /** What the plan gives it. */
  readonly given: Occupant[];
  readonly isBlocked: boolean;
  /** What it is to each sweep of which it holds something, or that is asked for. */
  readonly lanes: ReadonlyMap<SweepName, Lane>;
}

/** A berth for the trials of one sweep. */
export interface Candidate {
  readonly berth: Berth;
  readonly sweep: SweepName;
  readonly lane: Lane;
  /** What comes before a trial more of the sweep, its own among it. */
  readonly ahead: Burden;
  /** Of which sweeps what waits there comes before it. */
  readonly goesBefore: (sweep: SweepName) => boolean;
  /** It lets nothing of the sweep start for now. */
  readonly isClosed: boolean;
  /** Attempts of the sweep that it holds, and that it may: others are on their way that shall have their share, or it has to show that it works. */
  own: number;
  share: number;
}

/** One for each host. */
export const berthsOf = (state: CoordinatorState, outlooks: Outlooks, now: number): Berth[] =>
  [...state.fleet.values()].map((host) => berthOf(state, host, outlooks, now));

/**
 * @param of what it holds: all of it, or only what runs
 * @param isMeant whether it is for what a sweep has there
 */
export function berthOf(
  state: CoordinatorState,
  host: FleetHost,
  outlooks: Outlooks,
  now: number,
  of: 'all' | 'running' = 'all',
  isMeant: (sweep: Sweep) => boolean = () => true,
): Berth {
  const record = state.ledger.hosts.get(host.name);
  const lanes = new Map<SweepName, Lane>();
  for (const sweep of state.ledger.sweeps.values())
    if (isMeant(sweep) && (record?.work.has(sweep.name) || state.asked.has(sweep.name)))
      lanes.set(sweep.name, laneOf(state, sweep, host, outlooks, now));
  const blocked = isBlocked(host, now);
  const parallel = Math.min(...[...lanes.values()].map((lane) => lane.parallel));
  const held = {
    waiting: of === 'all' && record !== undefined ? backlogOf(state, record, outlooks) : [],
    work: of === 'all' && record !== undefined ? record.work : new Map<SweepName, OpenWork>(),
    given: [],
    lanes,
    count: Number.isFinite(parallel) ? parallel : 1,
    blockedSeconds: blocked ? blockedSeconds : 0,
  };
  const running = occupantsOf(runningOn(state, host, now), lanes, held.count);
  const all = { ...burdenOf({ ...held, running }, () => true), open: record?.open.size ?? 0 };
  return { ...held, host, idle: idle(host), running, all, isBlocked: blocked };
}

/** What stands still goes on once another one there has made room. */
function occupantsOf(running: readonly Running[], lanes: Berth['lanes'], count: number): RunningTrial[] {
  let roomIn = Number.POSITIVE_INFINITY;
  return running.toSorted(stillLast).flatMap(({ attempt, device, ownSeconds, isStill }) => {
    const lane = lanes.get(attempt.sweep);
    if (lane === undefined) return [];
    const left = secondsIn(lane, attempt.point) - ownSeconds;
    const overdueSeconds = Math.max(0, -left);
    const seconds = left > 0 ? left : ownSeconds * overdueShare;
    if (!isStill) roomIn = Math.min(roomIn, seconds);
    const waits = isStill && Number.isFinite(roomIn) ? roomIn : 0;
    const share = shareOf(count, lane, attempt.point);
    const { sweep, point } = attempt;
    const occupant = { sweep, device, seconds: waits + seconds, share, work: workOf(point) };
    return [{ ...occupant, attempt, lane, overdueSeconds }];
  });
}

const stillLast = (one: Running, other: Running): number => Number(one.isStill) - Number(other.isStill);

export function candidateOf(
  state: CoordinatorState,
  sweep: Sweep,
  berth: Berth,
  outlooks: Outlooks,
  now: number,
): Candidate {
  const { host, lanes, all, work } = berth;
  const own = lanes.size === 1 ? all.open : (work.get(sweep.name)?.attempts ?? 0);
  const goesBefore = whatGoesBefore(state, sweep, berth);
  return {
    berth,
    sweep: sweep.name,
    lane: lanes.get(sweep.name) ?? laneOf(state, sweep, host, outlooks, now),
    ahead: lanes.size === 1 ? all : burdenOf(berth, goesBefore),
    goesBefore,
    isClosed: berth.isBlocked || isTaken(sweep, host),
    own,
    share: mostOpen(state, host, sweep, all.open - own),
  };
}

/** Of sweeps that are as urgent each has its turn on the host, whatever waits there of the others. */
function whatGoesBefore(
  { ledger }: CoordinatorState,
  { name, declaration }: Sweep,
  { lanes }: Berth,
): Candidate['goesBefore'] {
  if (lanes.size === 1) return () => true;
  const priorityOf = (sweep: SweepName): number => ledger.sweeps.get(sweep)?.declaration.priority ?? 0;
  return (sweep) => sweep === name || priorityOf(sweep) > declaration.priority;
}

export const isOpenTo = ({ berth, lane, ahead, own, share }: Candidate): boolean =>
  own < share &&
  hasRoom({
    open: ahead.open,
    busySeconds: ahead.places.freeIn,
    parallel: lane.parallel,
    isPredicted: lane.outlook.isPredicted,
    outlives: connectionOf(berth.host.link)?.endsWithLogin === null,
  });

/** Seconds that a trial runs there. */
export const takes = ({ lane }: Candidate, trial: Trial): number => secondsIn(lane, trial.point);

/** Seconds until a trial that is added would have ended. What shares a GPU need not wait until that is free. */
export function endsIn(candidate: Candidate, trial: Trial): number {
  const { berth, lane, ahead, isClosed } = candidate;
  const seconds = takes(candidate, trial);
  const share = shareOf(berth.count, lane, trial.point);
  const { freeIn } = ahead.places;
  const ends = share < 1 ? Math.max(seconds, freeIn + seconds * share) : freeIn + seconds;
  return ends + (isClosed && !berth.isBlocked ? blockedSeconds : 0);
}

/**
 * Seconds until a trial that waits there would have ended, if it were given back and leased there again: `remove` only guesses
 * which place is free earlier without it, and what is asked back must not come back.
 *
 * @param gone what else the plan takes away there
 */
export function endsAgainIn(candidate: Candidate, trial: Trial, gone: ReadonlySet<Trial>): number {
  const { berth, goesBefore } = candidate;
  const waiting = berth.waiting.filter((one) => one.trial !== trial && !gone.has(one.trial));
  return endsIn({ ...candidate, ahead: burdenOf({ ...berth, waiting }, goesBefore) }, trial);
}

/** @param from in seconds from now, before which it does not begin */
export function add(candidate: Candidate, trial: Trial, from = 0): void {
  const { berth, lane, ahead, sweep } = candidate;
  const [seconds, share] = [takes(candidate, trial), shareOf(berth.count, lane, trial.point)];
  for (const burden of ahead === berth.all ? [ahead] : [ahead, berth.all]) {
    burden.open += 1;
    burden.places.add(seconds, share, from);
  }
  candidate.own += 1;
  if (ahead !== berth.all) berth.given.push({ sweep, device: '', seconds, share, work: 0 });
}

export function remove(candidate: Candidate, trial: Trial): void {
  const { berth, lane, ahead } = candidate;
  const seconds = takes(candidate, trial) * shareOf(berth.count, lane, trial.point);
  for (const burden of ahead === berth.all ? [ahead] : [ahead, berth.all]) {
    burden.open -= 1;
    burden.places.remove(seconds);
  }
  candidate.own -= 1;
}

/**
 * The one that ends a trial earliest; of those that end it nearly as early, the one that keeps its checkpoint, else the
 * least busy. Asked for each trial of a plan: it makes nothing that has to be collected.
 *
 * @param kept the host on which a trial's last attempt ran, or null
 */
export function earliest(
  candidates: readonly Candidate[],
  trial: Trial,
  kept: HostName | null,
): Candidate | null {
  let soonest = Number.POSITIVE_INFINITY;
  for (const [place, candidate] of candidates.entries()) {
    const ends = isOpenTo(candidate) ? endsIn(candidate, trial) : Number.POSITIVE_INFINITY;
    endsOf[place] = ends;
    soonest = Math.min(soonest, ends);
  }
  let best: Candidate | null = null;
  if (soonest === Number.POSITIVE_INFINITY) return null;
  for (const [place, candidate] of candidates.entries()) {
    if ((endsOf[place] ?? 0) > soonest * (1 + alike)) continue;
    if (candidate.berth.host.name === kept) return candidate;
    if (best === null || candidate.ahead.places.load < best.ahead.places.load) best = candidate;
  }
  return best;
}

/** By candidate, while one trial is looked at. */
const endsOf: number[] = [];
