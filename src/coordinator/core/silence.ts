/**
 * Hosts that do not answer. What one of them holds is presumed lost only after a silence that is the host's own: other
 * hosts were heard meanwhile, and this coordinator ran (awake.ts). And only where a host idles after all that waits has
 * its place: until then a second attempt would take the place of a first.
 */
import { isPresumedLost } from '../../ledger/trials.ts';
import type { Attempt } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { AttemptId } from '../../model/ids.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import { parallelOf } from '../hosts/backlog.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import { askBack } from './ask-back.ts';
import { isAsked } from '../hosts/asked.ts';
import { predictedSeconds } from './lease.ts';
import { openOn } from './host-commands.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf, type HostLink, type Silence, silenceOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** What only waited on a silent host, and what ran there and has had its time, is not waited for any longer. */
const waitedMs = 60_000;
/** Without a prediction, and at the latest: a reboot is over by then, and so are most cuts. */
const defaultLostAfterMs = 15 * 60_000;
/** "Backup tasks", Dean and Ghemawat 2004, section 3.6: who takes so long does not come, or is much slower than others. */
const timesPredicted = 2;

/** A host was tried in vain, or its connection was cut. */
export function afterTry(link: HostLink): Silence {
  const tried = silenceOf(link) ?? { ...justLeft, wasThere: connectionOf(link) !== null };
  const silentMs = tried.silentMs + tried.unprovenMs;
  return { ...tried, silentMs, unprovenMs: 0, sinceTryMs: 0 };
}

/** It stays silent for all that is known. */
export const afterGivingUp = (link: HostLink): Silence => ({
  ...(silenceOf(link) ?? justLeft),
  wasThere: false,
});

const justLeft: Silence = { wasThere: false, ms: 0, silentMs: 0, unprovenMs: 0, sinceTryMs: 0 };

/** Its host says how long it runs: a duration by a clock of its own. */
export function noteRun(state: CoordinatorState, id: AttemptId, runningMs: number): void {
  const since = state.awakeMs - runningMs;
  const known = state.runsSince.get(id);
  if (state.ledger.attempts.has(id) && (known === undefined || since < known)) state.runsSince.set(id, since);
}

/**
 * Presumes lost what silent hosts hold, as far as others idle: the next plan leases it. What a host would have begun
 * last goes first, for it may have begun the rest.
 *
 * @param now wall clock in ms
 */
export function giveUpSilent(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  const taken = new Map<FleetHost, number>();
  for (const silent of state.fleet.values()) {
    const silence = silenceOf(silent.link);
    if (silence === null) continue;
    for (const attempt of openOn(state, silent.name).toReversed()) {
      if (!isOverdue(state, silence, silent, attempt) || !isAwaited(state, attempt)) continue;
      const host = idleHostFor(state, attempt, taken, now);
      if (host === null) continue;
      taken.set(host, (taken.get(host) ?? 0) + 1);
      const end = lostEnd('silence');
      turn.record({ kind: 'ended', at: now, attempt: attempt.id, host: attempt.host, end });
    }
  }
}

/** What the inventory says holds for all; who says nothing waits no longer than it takes to be fairly certain. */
function isOverdue(
  state: CoordinatorState,
  { silentMs }: Silence,
  { listing: { lostAfterMs } }: FleetHost,
  attempt: Attempt,
): boolean {
  if (lostAfterMs !== null) return silentMs >= lostAfterMs;
  if (silentMs >= defaultLostAfterMs) return true;
  return silentMs >= waitedMs && (attempt.status.kind !== 'running' || hasHadItsTime(state, attempt));
}

/** By this coordinator's clock from when it heard of the start: no clocks of two machines are compared. */
function hasHadItsTime(state: CoordinatorState, attempt: Attempt): boolean {
  const seconds = predictedSeconds(state, attempt, attempt.point);
  const ranMs = state.awakeMs - (state.runsSince.get(attempt.id) ?? 0);
  return seconds !== null && ranMs >= timesPredicted * seconds * 1_000;
}

/** Its trial waits for nothing else. */
function isAwaited(state: CoordinatorState, { id, trial: of }: Attempt): boolean {
  const trial = state.ledger.trials.get(of);
  if (trial === undefined || !('attempt' in trial.status) || trial.status.attempt !== id) return false;
  return isAsked(state, trial);
}

function idleHostFor(
  state: CoordinatorState,
  attempt: Attempt,
  taken: ReadonlyMap<FleetHost, number>,
  now: number,
): FleetHost | null {
  const sweep = state.ledger.sweeps.get(attempt.sweep);
  const trial = state.ledger.trials.get(attempt.trial);
  if (sweep === undefined || trial === undefined) return null;
  for (const host of state.fleet.values()) {
    const open = (state.ledger.hosts.get(host.name)?.open.size ?? 0) + (taken.get(host) ?? 0);
    if (eligibility(state, sweep, host).kind !== 'eligible') continue;
    if (open < parallelOf(sweep, host, now) && misfit(state.ledger, trial.point, host) === null) return host;
  }
  return null;
}

/**
 * A host that is back has these: those that were given up are open again, and where another attempt of a trial only
 * waits, it is asked back. @param now wall clock in ms
 */
export function takeUpAgain(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  held: readonly Attempt[],
  now: number,
): void {
  const givenUp = held.filter(isPresumedLost);
  if (givenUp.length === 0) return;
  turn.record({ kind: 'returned', at: now, host: host.name, attempts: givenUp.map(({ id }) => id) });
  for (const { id, trial } of givenUp) {
    const status = state.ledger.trials.get(trial)?.status;
    if (status?.kind !== 'leased' || status.attempt === id) continue;
    const elsewhere = state.ledger.attempts.get(status.attempt)?.host;
    const other = elsewhere === undefined ? undefined : state.fleet.get(elsewhere);
    if (other !== undefined) askBack(turn, other, [status.attempt]);
  }
}

/** What was given up there and is not even known there any more has ended: nobody asks for it again. */
export function settleGivenUp(
  { ledger }: CoordinatorState,
  turn: CoordinatorTurn,
  { name }: FleetHost,
  held: ReadonlySet<string>,
  now: number,
): void {
  for (const attempt of ledger.attempts.values()) {
    if (attempt.host !== name || held.has(attempt.id) || !isPresumedLost(attempt)) continue;
    const end = lostEnd('unknown-to-host');
    turn.record({ kind: 'ended', at: now, attempt: attempt.id, host: name, end });
  }
}

export const lostEnd = (reason: Extract<Outcome, { kind: 'lost' }>['reason']): AttemptEnd => ({
  outcome: { kind: 'lost', reason },
  best: null,
  final: null,
  metricsCount: 0,
  metricsHash: '',
  metricsRead: null,
  seconds: 0,
  cpuSeconds: null,
  peakMemoryBytes: null,
  peakGpuMemoryBytes: null,
  gpuBusy: null,
  soloSeconds: null,
  killed: false,
  shortage: null,
  disk: null,
  device: null,
  gpuName: null,
  artifacts: [],
  unlisted: null,
  checkpointBytes: null,
  logTail: '',
});
