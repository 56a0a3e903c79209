/** Hosts as a plan sees them: what each holds, when each of its places is free, and how soon it would end one trial more. */
import type { PointDeclaration } from '../../ledger/events.ts';
import type { HostRecord, Sweep, Trial } from '../../ledger/state.ts';
import type { HostName, SweepName } from '../../model/ids.ts';
import { workOf } from '../../model/work.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { hasRoom, isBlocked, isTaken } from '../hosts/backlog.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { idle } from '../hosts/fit.ts';
import { connectionOf } from '../hosts/link.ts';
import { mostOpen } from '../hosts/probation.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { backlogOf, type Waiting } from './backlog.ts';
import { type Lane, laneOf, secondsIn, shareIn } from './lane.ts';
import type { Outlooks } from './outlook.ts';
import { Places } from './places.ts';
import { runningOn } from './running.ts';

/** A host that lets nothing start is as good as busy until next month. */
const blockedSeconds = 30 * 24 * 3600;
/** Ends that differ by less are equal: speeds are not known better, and what is spread wide runs undisturbed. */
const alike = 0.05;
/** Attempts of a backlog that are looked at one by one. */
const lookAhead = 128;
/** What runs for longer than it was expected to is expected to take so much of that time again. */
const overdueShare = 0.1;

/** A host while a plan is made. */
export interface Berth {
  readonly host: FleetHost;
  /** What it could hold; null before it is known. */
  readonly idle: HostLoad | null;
  /** Attempts that it holds, with what the plan gives it and without what it takes away. */
  open: number;
  readonly places: Places;
  readonly isBlocked: boolean;
  /** What it is to each sweep of which it holds something, or that is asked for. */
  readonly lanes: ReadonlyMap<SweepName, Lane>;
  readonly waiting: readonly Waiting[];
}

/** A berth for the trials of one sweep. */
export interface Candidate {
  readonly berth: Berth;
  readonly lane: Lane;
  /** It lets nothing of the sweep start for now. */
  readonly isClosed: boolean;
  /** Attempts that it may hold: others are on their way that shall have their share, or it has to show that it works. */
  share: number;
}

/** One for each host. */
export const berthsOf = (state: CoordinatorState, outlooks: Outlooks, now: number): Berth[] =>
  [...state.fleet.values()].map((host) => berthOf(state, host, outlooks, now, 'all'));

/** @param of what it holds: all of it, or only what runs */
export function berthOf(
  state: CoordinatorState,
  host: FleetHost,
  outlooks: Outlooks,
  now: number,
  of: 'all' | 'running',
): Berth {
  const record = state.ledger.hosts.get(host.name);
  const lanes = new Map<SweepName, Lane>();
  for (const sweep of state.ledger.sweeps.values())
    if (record?.work.has(sweep.name) || state.asked.has(sweep.name))
      lanes.set(sweep.name, laneOf(state, sweep, host, outlooks, now));
  const blocked = isBlocked(host, now);
  const count = Math.min(...[...lanes.values()].map(({ parallel }) => parallel));
  const places = new Places(Number.isFinite(count) ? count : 1, blocked ? blockedSeconds : 0);
  let work = 0;
  const running = runningOn(state, host, now);
  // What stands still goes on once another one there has made room.
  let roomIn = Number.POSITIVE_INFINITY;
  for (const { attempt, device, ownSeconds, isStill } of running.toSorted(stillLast)) {
    const lane = lanes.get(attempt.sweep);
    if (lane === undefined) continue;
    work += workOf(attempt.point);
    const left = secondsIn(lane, attempt.point) - ownSeconds;
    const seconds = left > 0 ? left : ownSeconds * overdueShare;
    if (!isStill) roomIn = Math.min(roomIn, seconds);
    const waits = isStill && Number.isFinite(roomIn) ? roomIn : 0;
    places.occupy(device, waits + seconds, shareOf(places, lane, attempt.point));
  }
  const waiting = record === undefined ? [] : backlogOf(state, record, outlooks);
  if (of === 'all') addWaiting(waiting, record, places, lanes, work);
  return { host, idle: idle(host), open: record?.open.size ?? 0, places, isBlocked: blocked, lanes, waiting };
}

const stillLast = (one: { readonly isStill: boolean }, other: { readonly isStill: boolean }): number =>
  Number(one.isStill) - Number(other.isStill);

/** The longest first, as they start. A long backlog counts as what that part amounts to, times how much more work it is. */
function addWaiting(
  waiting: readonly Waiting[],
  record: HostRecord | undefined,
  places: Places,
  lanes: ReadonlyMap<SweepName, Lane>,
  runningWork: number,
): void {
  let [work, load] = [0, 0];
  const first = Math.max(0, waiting.length - lookAhead);
  for (let place = waiting.length - 1; place >= first; place -= 1) {
    const one = waiting[place];
    const lane = one === undefined ? undefined : lanes.get(one.attempt.sweep);
    if (one === undefined || lane === undefined) continue;
    const [seconds, share] = [secondsIn(lane, one.attempt.point), shareOf(places, lane, one.attempt.point)];
    work += workOf(one.attempt.point);
    load += seconds * share;
    places.add(seconds, share);
  }
  const all = [...(record?.work.values() ?? [])].reduce((sum, one) => sum + one.work, -runningWork);
  if (first > 0 && work > 0) places.spread((load * Math.max(0, all - work)) / work);
}

/** In places of the host, which are those of the sweep of which fewest run at once there. */
const shareOf = (places: Places, lane: Lane, point: PointDeclaration): number =>
  (shareIn(lane, point) * places.count) / lane.parallel;

export const candidateOf = (
  state: CoordinatorState,
  sweep: Sweep,
  berth: Berth,
  outlooks: Outlooks,
  now: number,
): Candidate => ({
  berth,
  lane: berth.lanes.get(sweep.name) ?? laneOf(state, sweep, berth.host, outlooks, now),
  isClosed: berth.isBlocked || isTaken(sweep, berth.host),
  share: mostOpen(state, berth.host, sweep.declaration.launch),
});

export const isOpenTo = ({ berth, lane, share }: Candidate): boolean =>
  hasRoom({
    open: berth.open,
    busySeconds: berth.places.freeIn,
    parallel: lane.parallel,
    share,
    isPredicted: lane.outlook.isPredicted,
    outlives: connectionOf(berth.host.link)?.endsWithLogin === null,
  });

/** Seconds that a trial runs there. */
export const takes = ({ lane }: Candidate, trial: Trial): number => secondsIn(lane, trial.point);

/** Seconds until a trial that is added would have ended. What shares a GPU need not wait until that is free. */
export function endsIn(candidate: Candidate, trial: Trial): number {
  const { berth, lane, isClosed } = candidate;
  const seconds = takes(candidate, trial);
  const share = shareOf(berth.places, lane, trial.point);
  const { freeIn } = berth.places;
  const ends = share < 1 ? Math.max(seconds, freeIn + seconds * share) : freeIn + seconds;
  return ends + (isClosed && !berth.isBlocked ? blockedSeconds : 0);
}

export function add(candidate: Candidate, trial: Trial): void {
  const { berth, lane } = candidate;
  berth.open += 1;
  berth.places.add(takes(candidate, trial), shareOf(berth.places, lane, trial.point));
}

export function remove(candidate: Candidate, trial: Trial): void {
  const { berth, lane } = candidate;
  berth.open -= 1;
  berth.places.remove(takes(candidate, trial) * shareOf(berth.places, lane, trial.point));
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
    if (best === null || candidate.berth.places.load < best.berth.places.load) best = candidate;
  }
  return best;
}

/** By candidate, while one trial is looked at. */
const endsOf: number[] = [];
