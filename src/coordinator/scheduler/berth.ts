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
import { type Lane, laneOf, secondsIn, shareIn } from './lane.ts';
import type { Outlooks } from './outlook.ts';
import { Places } from './places.ts';
import { lookAhead } from './running.ts';

/** A host that lets nothing start is as good as busy until next month. */
const blockedSeconds = 30 * 24 * 3600;
/** Ends that differ by less are equal: speeds are not known better, and what is spread wide runs undisturbed. */
const alike = 0.05;
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
  const waiting = occupy(state, host, places, lanes, now);
  if (of === 'all') addWaiting(waiting, record, places);
  return { host, idle: idle(host), open: record?.open.size ?? 0, places, isBlocked: blocked, lanes };
}

/** What is looked at of what waits on a host, and how much work that is with what runs there. */
interface Looked {
  readonly waiting: readonly { readonly seconds: number; readonly share: number }[];
  readonly work: number;
}

/** What runs has its places first. */
function occupy(
  { ledger }: CoordinatorState,
  { name }: FleetHost,
  places: Places,
  lanes: ReadonlyMap<SweepName, Lane>,
  now: number,
): Looked {
  const waiting: { seconds: number; share: number }[] = [];
  let [looked, work] = [0, 0];
  for (const id of ledger.hosts.get(name)?.open ?? []) {
    if ((looked += 1) > lookAhead) break;
    const attempt = ledger.attempts.get(id);
    const lane = attempt === undefined ? undefined : lanes.get(attempt.sweep);
    if (attempt === undefined || lane === undefined) continue;
    work += workOf(attempt.point);
    const { status } = attempt;
    const seconds = secondsIn(lane, attempt.point);
    const share = shareOf(places, lane, attempt.point);
    if (status.kind === 'leased') waiting.push({ seconds, share });
    if (status.kind !== 'running') continue;
    const ran = Math.max(0, now - status.at) / 1_000;
    places.occupy(status.device, Math.max(seconds - ran, ran * overdueShare), share);
  }
  return { waiting, work };
}

/** A long backlog counts as what its first part amounts to, times how much more work it is. */
function addWaiting({ waiting, work }: Looked, record: HostRecord | undefined, places: Places): void {
  let load = 0;
  for (const { seconds, share } of waiting) {
    places.add(seconds, share);
    load += seconds * share;
  }
  const all = [...(record?.work.values() ?? [])].reduce((sum, one) => sum + one.work, 0);
  if (work > 0 && all > work) places.spread((load * (all - work)) / work);
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
