/** What starts where. Pure: same state, same plan. A plan looks only at as many trials as hosts have room for. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import type { HostName, SweepName } from '../../model/ids.ts';
import type { CoordinatorState, FleetHost } from '../core/state.ts';
import { eligibility, idle, misfit } from './eligibility.ts';
import { roomOf } from './backlog.ts';

export interface Assignment {
  readonly trial: Trial;
  readonly sweep: SweepName;
}

export interface Plan {
  readonly assignments: ReadonlyMap<HostName, readonly Assignment[]>;
  /** Launches that a host must be prepared for before anything of them can be leased to it. */
  readonly preparations: readonly { readonly host: HostName; readonly launch: string }[];
}

/** A host while a plan is made: how many attempts it may still take, and how many rounds of trials wait there. */
interface Candidate {
  readonly host: FleetHost;
  /** What it could hold. */
  readonly idle: HostLoad | null;
  room: number;
  busy: number;
  readonly parallel: number;
}

export function plan(state: CoordinatorState): Plan {
  const assignments = new Map<HostName, Assignment[]>();
  const taken = new Set<Trial>();
  const preparations: { host: HostName; launch: string }[] = [];
  for (const sweep of state.ledger.sweeps.values()) {
    if (sweep.status.kind !== 'open' || sweep.counts.queued === 0) continue;
    const candidates: Candidate[] = [];
    const coming: FleetHost[] = [];
    for (const host of state.fleet.values()) {
      const answer = eligibility(state, sweep, host);
      if (answer.kind === 'eligible')
        candidates.push({ host, idle: idle(host), ...roomOf(state, sweep, host, assignments) });
      if (answer.kind === 'unprepared')
        preparations.push({ host: host.name, launch: sweep.declaration.launch });
      if (answer.kind === 'unprepared' || isPreparing(host, sweep)) coming.push(host);
    }
    assignSweep(state, sweep, { candidates, coming, taken }, assignments);
  }
  return { assignments, preparations };
}

const isPreparing = (host: FleetHost, sweep: Sweep): boolean =>
  host.launches.get(sweep.declaration.launch)?.kind === 'preparing';

/** Hosts that can be leased to now, full ones among them, and those that are being prepared. */
interface Choice {
  readonly candidates: readonly Candidate[];
  readonly coming: readonly FleetHost[];
  /** Trials that this plan has assigned, maybe for another of their sweeps. */
  readonly taken: Set<Trial>;
}

function assignSweep(
  state: CoordinatorState,
  sweep: Sweep,
  choice: Choice,
  assignments: Map<HostName, Assignment[]>,
): void {
  let allowed = Math.min(concurrencyLeft(sweep), roomIn(choice.candidates));
  for (let index = firstQueued(sweep); index < sweep.order.length && allowed > 0; index += 1) {
    const trial = sweep.order[index];
    if (trial === undefined || trial.status.kind !== 'queued' || choice.taken.has(trial)) continue;
    const chosen = chooseHost(state, trial, choice);
    if (chosen === null) continue;
    const assigned = assignments.get(chosen.host.name);
    if (assigned === undefined) assignments.set(chosen.host.name, [{ trial, sweep: sweep.name }]);
    else assigned.push({ trial, sweep: sweep.name });
    choice.taken.add(trial);
    chosen.room -= 1;
    chosen.busy += 1 / chosen.parallel;
    allowed -= 1;
  }
}

const roomIn = (candidates: readonly Candidate[]): number =>
  candidates.reduce((sum, { room }) => sum + room, 0);

function concurrencyLeft(sweep: Sweep): number {
  const { concurrent } = sweep.declaration;
  if (concurrent === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, concurrent - sweep.counts.leased - sweep.counts.running);
}

/** Skips what is settled, and remembers how far: settled trials at the front are looked at once. */
function firstQueued(sweep: Sweep): number {
  while (
    sweep.order[sweep.firstQueued] !== undefined &&
    sweep.order[sweep.firstQueued]?.status.kind !== 'queued'
  )
    sweep.firstQueued += 1;
  return sweep.firstQueued;
}

/**
 * The host that would be through with it earliest. A trial that has failed waits for a host where it has not, and goes
 * back to where it failed only if there is no other.
 */
function chooseHost(state: CoordinatorState, trial: Trial, { candidates, coming }: Choice): Candidate | null {
  if (trial.attempts.length === 0) return earliest(candidates, trial);
  const endedOn = new Set(trial.attempts.map((id) => state.ledger.attempts.get(id)?.host));
  const isFresh = (host: FleetHost): boolean =>
    !endedOn.has(host.name) && misfit(trial.point, idle(host)) === null;
  const fresh = candidates.filter(({ host }) => isFresh(host));
  if (fresh.length === 0 && coming.some(isFresh)) return null;
  return earliest(fresh.length > 0 ? fresh : candidates, trial);
}

/**
 * The first of those with room where the fewest rounds of trials wait. Asked for each trial of a plan, so the rules
 * are asked only of the one that would be chosen.
 */
function earliest(candidates: readonly Candidate[], trial: Trial): Candidate | null {
  let best: Candidate | null = null;
  for (const candidate of candidates)
    if (candidate.room > 0 && (best === null || candidate.busy < best.busy)) best = candidate;
  if (best === null || misfit(trial.point, best.idle) === null) return best;
  return earliest(
    candidates.filter((candidate) => candidate !== best),
    trial,
  );
}
