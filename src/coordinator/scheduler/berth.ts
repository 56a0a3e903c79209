/** Hosts as a plan sees them: what each holds, how long that takes it, and how soon it would end one trial more. */
import type { Attempt, OpenWork, Sweep, Trial } from '../../ledger/state.ts';
import { workOf } from '../../model/work.ts';
import type { HostName } from '../../model/ids.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { hasRoom, isBlocked, isTaken, parallelOf } from '../hosts/backlog.ts';
import { mostOpen } from '../hosts/probation.ts';
import { idle } from '../hosts/fit.ts';
import { type Pace, paceOf, secondsOf } from './pace.ts';

/** A host that lets nothing start is as good as busy until next month. */
const blockedSeconds = 30 * 24 * 3600;
/** Attempts among which those that run are looked for: they are the first that a host holds, or nearly. */
const lookAhead = 128;
/** Ends that differ by less are equal: speeds are not known better, and what is spread wide runs undisturbed. */
const alike = 0.05;

/** A host while a plan is made. */
export interface Berth {
  readonly host: FleetHost;
  /** What it could hold; null before it is known. */
  readonly idle: HostLoad | null;
  /** Attempts that it holds, with what the plan gives it and without what it takes away. */
  open: number;
  /** Predicted seconds until all of them have ended. */
  busySeconds: number;
  readonly isBlocked: boolean;
}

/** A berth for the trials of one sweep. */
export interface Candidate {
  readonly berth: Berth;
  readonly parallel: number;
  readonly pace: Pace;
  /** It lets nothing of the sweep start for now. */
  readonly isClosed: boolean;
  /** Attempts that it may hold: others are on their way that shall have their share, or it has to show that it works. */
  share: number;
}

/** By launch: for how many seconds the first of its trials have run, wherever they do. */
export type Ran = ReadonlyMap<string, number>;

export function ranOf(state: CoordinatorState, now: number): Ran {
  const ran = new Map<string, number>();
  for (const host of state.fleet.values())
    for (const { attempt, seconds } of runningOn(state, host, now))
      ran.set(attempt.launch, Math.max(seconds, ran.get(attempt.launch) ?? 0));
  return ran;
}

/** One for each host. */
export const berthsOf = (state: CoordinatorState, ran: Ran, now: number): Berth[] =>
  [...state.fleet.values()].map((host) => berthOf(state, host, ran, now));

function berthOf(state: CoordinatorState, host: FleetHost, ran: Ran, now: number): Berth {
  const seconds = (sweep: Sweep, work: OpenWork): number =>
    secondsOf(paceIn(state, sweep, host, ran), work) / parallelOf(sweep, host, now);
  const blocked = isBlocked(host, now);
  let busySeconds = blocked ? blockedSeconds : 0;
  const record = state.ledger.hosts.get(host.name);
  for (const [name, work] of record?.work ?? []) {
    const sweep = state.ledger.sweeps.get(name);
    if (sweep !== undefined) busySeconds += seconds(sweep, work);
  }
  for (const running of runningOn(state, host, now)) {
    const sweep = state.ledger.sweeps.get(running.attempt.sweep);
    const trial = state.ledger.trials.get(running.attempt.trial);
    if (sweep === undefined || trial === undefined) continue;
    busySeconds -= Math.min(
      running.seconds / parallelOf(sweep, host, now),
      seconds(sweep, { attempts: 1, work: workOf(trial.point) }),
    );
  }
  return {
    host,
    idle: idle(host),
    open: record?.open.size ?? 0,
    busySeconds: Math.max(0, busySeconds),
    isBlocked: blocked,
  };
}

export const candidateOf = (
  state: CoordinatorState,
  sweep: Sweep,
  berth: Berth,
  ran: Ran,
  now: number,
): Candidate => ({
  berth,
  parallel: parallelOf(sweep, berth.host, now),
  pace: paceIn(state, sweep, berth.host, ran),
  isClosed: berth.isBlocked || isTaken(sweep, berth.host),
  share: mostOpen(state, berth.host, sweep.declaration.launch),
});

const paceIn = (state: CoordinatorState, sweep: Sweep, host: FleetHost, ran: Ran): Pace =>
  paceOf(state.durations, sweep, host.name, ran.get(sweep.declaration.launch) ?? 0);

function* runningOn(
  state: CoordinatorState,
  host: FleetHost,
  now: number,
): Generator<{ attempt: Attempt; seconds: number }> {
  let looked = 0;
  for (const id of state.ledger.hosts.get(host.name)?.open ?? []) {
    const attempt = state.ledger.attempts.get(id);
    if (attempt?.status.kind === 'running')
      yield { attempt, seconds: Math.max(0, now - attempt.status.at) / 1_000 };
    if ((looked += 1) >= lookAhead) return;
  }
}

export const isOpenTo = ({ berth, parallel, pace, share }: Candidate): boolean =>
  hasRoom({
    open: berth.open,
    busySeconds: berth.busySeconds,
    parallel,
    share,
    isPredicted: pace.isPredicted,
    outlives: connectionOf(berth.host.link)?.endsWithLogin === null,
  });

const oneOf = (trial: Trial): OpenWork => ({ attempts: 1, work: workOf(trial.point) });

/** Seconds that a trial runs there. */
export const takes = ({ pace }: Candidate, trial: Trial): number => secondsOf(pace, oneOf(trial));

/** Seconds until a trial that is added would have ended. A slot that is free takes it at once. */
export function endsIn(candidate: Candidate, trial: Trial): number {
  const { berth, parallel, isClosed } = candidate;
  const waits = berth.open < parallel && !isClosed ? 0 : berth.busySeconds;
  return waits + takes(candidate, trial) + (isClosed && !berth.isBlocked ? blockedSeconds : 0);
}

export function add(candidate: Candidate, trial: Trial): void {
  const { berth, parallel } = candidate;
  berth.open += 1;
  berth.busySeconds += takes(candidate, trial) / parallel;
}

export function remove(candidate: Candidate, trial: Trial): void {
  const { berth, parallel } = candidate;
  berth.open -= 1;
  berth.busySeconds = Math.max(0, berth.busySeconds - takes(candidate, trial) / parallel);
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
  for (const candidate of candidates)
    if (isOpenTo(candidate)) soonest = Math.min(soonest, endsIn(candidate, trial));
  let best: Candidate | null = null;
  for (const candidate of candidates) {
    const isNearly = isOpenTo(candidate) && endsIn(candidate, trial) <= soonest * (1 + alike);
    if (isNearly && candidate.berth.host.name === kept) return candidate;
    if (isNearly && (best === null || candidate.berth.busySeconds < best.berth.busySeconds)) best = candidate;
  }
  return best;
}
