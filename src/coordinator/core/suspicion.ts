/**
 * Hosts that fail everything. A broken interpreter fails a trial in a hundredth of the time that a good host takes to
 * end one, and would be through with the whole sweep before anybody noticed. So a host whose last trials all failed
 * alike gets no more of them until it is known whose fault that is, and is quarantined once it is its own.
 */
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/attempt-end.ts';
import type { HostName } from '../../model/ids.ts';
import type { Outcome } from '../../model/outcome.ts';
import { outcomeText } from '../../model/outcome-text.ts';
import { signatureOf } from './failure-signature.ts';
import { isWanted } from './host-use.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

/** Charges since the last success, or failures in a row, before a host is left out. */
const inRow = 3;

/** What an end says of hosts: of its own, and of those on which the same trial had failed before. */
export function judgeHosts(
  state: CoordinatorState,
  turn: Turn,
  attempt: Attempt,
  end: AttemptEnd,
  now: number,
): void {
  noteEnd(state, attempt, end);
  for (const host of state.fleet.values()) {
    const because = reasonToQuarantine(state, host);
    if (because === null || state.ledger.hosts.get(host.name)?.quarantine !== null) continue;
    turn.record({ kind: 'host-quarantined', at: now, host: host.name, because });
    giveBackTrials(state, turn, host, now);
  }
}

/** Why nothing more is leased to a host before it is known whether it or its trials are at fault; null where it may be. */
export function suspicionOf(state: CoordinatorState, host: FleetHost): string | null {
  const last = host.failures.at(-1);
  if (last === undefined || !failsAlike(host)) return null;
  const others = [...state.fleet.values()].some((other) => other !== host && isWanted(state, other));
  return others ? `${host.failures.length} trials in a row failed there alike (${last.because})` : null;
}

/** What a person mends is not held against the host any more. */
export function forgetFailures(host: FleetHost): void {
  host.failures.length = 0;
  host.othersSucceed = false;
}

function noteEnd(state: CoordinatorState, attempt: Attempt, end: AttemptEnd): void {
  const host = state.fleet.get(attempt.host);
  if (host === undefined) return;
  if (end.outcome.kind === 'succeeded') {
    forgetFailures(host);
    for (const other of state.fleet.values()) if (other.failures.length > 0) other.othersSucceed = true;
  }
  if (!mayBeTheHost(end.outcome)) return;
  const signature = signatureOf(end);
  const alike = [...state.fleet.values()].filter(
    (other) => other !== host && other.failures.some((failure) => failure.signature === signature),
  );
  // Seen on two hosts, it is the trials'.
  if (alike.length > 0) for (const one of [host, ...alike]) forgetFailures(one);
  else host.failures.push({ trial: attempt.trial, signature, because: reasonOf(end.outcome) });
}

const reasonOf = (outcome: Outcome): string =>
  outcome.kind === 'not-started' ? outcome.message : outcomeText(outcome);

/** A loss that is not a number, a timeout: a trial's own. */
const mayBeTheHost = (outcome: Outcome): boolean =>
  outcome.kind === 'not-started' ||
  (outcome.kind === 'failed' && (outcome.reason === 'exit' || outcome.reason === 'signal'));

function failsAlike({ failures }: FleetHost): boolean {
  const last = failures.slice(-inRow);
  const distinct = (key: 'signature' | 'trial'): number => new Set(last.map((failure) => failure[key])).size;
  return last.length === inRow && distinct('signature') === 1 && distinct('trial') === inRow;
}

function reasonToQuarantine(state: CoordinatorState, host: FleetHost): string | null {
  const charges = state.ledger.hosts.get(host.name)?.charges ?? 0;
  const because = host.failures.at(-1)?.because ?? null;
  if (charges >= inRow) return because ?? `${charges} trials that failed there succeeded elsewhere`;
  if (!failsAlike(host) || !host.othersSucceed || isTriedElsewhere(state, host)) return null;
  return `${host.failures.length} trials in a row failed there alike while others succeed: ${because ?? ''}`;
}

/** Whether what failed there waits or runs again: its end elsewhere will tell. */
const isTriedElsewhere = (state: CoordinatorState, host: FleetHost): boolean =>
  failedTrials(state, host).some(({ status }) => status.kind !== 'failed');

/** What a broken host was the last to fail is queued again: no retry is left of it, and none was its own fault. */
function giveBackTrials(state: CoordinatorState, turn: Turn, host: FleetHost, now: number): void {
  const trials = failedTrials(state, host).filter(
    ({ status }) => status.kind === 'failed' && hostOf(state, status.attempt) === host.name,
  );
  if (trials.length > 0) turn.record({ kind: 'retry-asked', at: now, trials: trials.map(({ id }) => id) });
}

const failedTrials = (state: CoordinatorState, { failures }: FleetHost): Trial[] =>
  failures.flatMap(({ trial }) => state.ledger.trials.get(trial) ?? []);

const hostOf = (state: CoordinatorState, attempt: Attempt['id']): HostName | undefined =>
  state.ledger.attempts.get(attempt)?.host;
