/**
 * Hosts that do not answer. What one of them holds is presumed lost only after a silence that is the host's own: other
 * hosts were reached meanwhile, and this machine was awake. And only where a host idles after all that waits has its
 * place: until then a second attempt would take the place of a first.
 */
import { isPresumedLost } from '../../ledger/trials.ts';
import type { Attempt } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/attempt-end.ts';
import type { Outcome } from '../../model/outcome.ts';
import { parallelOf } from '../scheduler/backlog.ts';
import { eligibility, idle, misfit } from '../scheduler/eligibility.ts';
import { askBack } from './ask-back.ts';
import { isAsked } from './asked.ts';
import { openOn } from './host-commands.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

/** A host was tried in vain, or its connection was cut. @param afterMs see CoordinatorEvent */
export function noteTry(state: CoordinatorState, host: FleetHost, wasThere: boolean, afterMs: number): void {
  const { away } = host;
  if (away === null || wasThere) {
    host.away = { wasThere, ms: 0, silentMs: 0 };
    return;
  }
  const isSilent = [...state.fleet.values()].some(isReachedByNetwork);
  host.away = {
    wasThere: away.wasThere,
    ms: away.ms + afterMs,
    silentMs: away.silentMs + (isSilent ? afterMs : 0),
  };
}

const isReachedByNetwork = ({ link, isHere }: FleetHost): boolean => link.kind === 'ready' && !isHere;

/** Presumes lost what silent hosts hold, as far as others idle: the next plan leases it. @param now wall clock in ms */
export function giveUpSilent(state: CoordinatorState, turn: Turn, now: number): void {
  const silent = [...state.fleet.values()].filter(isSilentForLong);
  const taken = new Map<FleetHost, number>();
  for (const attempt of silent.flatMap(({ name }) => openOn(state, name))) {
    if (!isAwaited(state, attempt)) continue;
    const host = idleHostFor(state, attempt, taken, now);
    if (host === null) continue;
    taken.set(host, (taken.get(host) ?? 0) + 1);
    turn.record({
      kind: 'ended',
      at: now,
      attempt: attempt.id,
      host: attempt.host,
      end: lostEnd('silence'),
    });
  }
}

const isSilentForLong = ({ away, lostAfterMs }: FleetHost): boolean =>
  away !== null && away.silentMs >= lostAfterMs;

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
    if (open < parallelOf(sweep, host, now) && misfit(trial.point, idle(host)) === null) return host;
  }
  return null;
}

/**
 * A host that is back has these: those that were given up are open again, and where another attempt of a trial only
 * waits, it is asked back. @param now wall clock in ms
 */
export function takeUpAgain(
  state: CoordinatorState,
  turn: Turn,
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
  turn: Turn,
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
  seconds: 0,
  cpuSeconds: null,
  peakMemoryBytes: null,
  peakGpuMemoryBytes: null,
  device: null,
  artifacts: [],
  checkpointBytes: null,
  logTail: '',
});
