/** What happens to trials: they are declared, change their status with their attempts, and are forgiven. */
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import { chargedTo, isResult, type OutcomeKind, speaksAgainstHost } from '../model/result/outcome.ts';
import type { PointDeclaration } from './events.ts';
import type { AttemptId, HostName } from '../model/ids.ts';
import { attemptOf, sweepOf } from './records.ts';
import { hasResult, kindIn, noteDivergence } from './results.ts';
import type { Attempt, LedgerState, Trial, TrialStatus } from './state.ts';

/** Ends that do not blame the trial and may be its own all the same, and so many of them, after which it is given up. */
const mayBeItsOwn: ReadonlySet<OutcomeKind> = new Set(['oom', 'vanished', 'no-space']);
const unchargedLimit = 5;

export function newTrial(
  state: LedgerState,
  id: Trial['id'],
  point: PointDeclaration,
  seed: number,
  replicate: number,
): Trial {
  const trial: Trial = {
    id,
    point,
    seed,
    replicate,
    sweeps: [],
    attempts: [],
    charges: 0,
    uncharged: 0,
    crashes: [],
    status: { kind: 'queued' },
  };
  state.trials.set(id, trial);
  return trial;
}

/** What an end makes of its trial; null where it changes nothing. A late result is a result (P1). */
export function statusAfter(
  state: LedgerState,
  trial: Trial,
  attempt: Attempt,
  end: AttemptEnd,
): TrialStatus | null {
  const { kind } = end.outcome;
  if (isResult(kind) && takesThePlace(state, trial, attempt)) return { kind, attempt: attempt.id };
  if (!isCurrent(trial, attempt)) return null;
  if (end.outcome.kind === 'cancelled')
    return isWanted(state, trial)
      ? waitingOrElsewhere(state, trial)
      : { kind: 'cancelled', attempt: attempt.id };
  if (isSilence(end)) return waitingOrElsewhere(state, trial);
  if (chargedTo[end.outcome.kind] === 'trial') trial.charges += 1;
  else if (mayBeItsOwn.has(end.outcome.kind)) trial.uncharged += 1;
  // What was adopted for no sweep waits for one that says how often.
  const retries = state.sweeps.get(attempt.sweep)?.declaration.retries ?? Number.POSITIVE_INFINITY;
  const spent = trial.charges > retries || trial.uncharged > unchargedLimit;
  const next = waitingOrElsewhere(state, trial);
  return spent && next.kind === 'queued' ? { kind: 'failed', attempt: attempt.id, because: null } : next;
}

const isImported = (state: LedgerState, id: AttemptId): boolean => attemptOf(state, id).importedFrom !== null;

/**
 * A result that was earned here counts, whatever others say. Of the results of several other ledgers the smallest id
 * counts, in whichever order they were merged.
 */
export function takesThePlace(
  state: LedgerState,
  { status }: Trial,
  { id, importedFrom }: Pick<Attempt, 'id' | 'importedFrom'>,
): boolean {
  if (!hasResult(status)) return true;
  if (!isImported(state, status.attempt)) return false;
  return importedFrom === null || id < status.attempt;
}

/** What a trial is without its current attempt: after a silence another of its attempts may be open still. */
export function waitingOrElsewhere(state: LedgerState, trial: Trial): TrialStatus {
  for (const id of trial.attempts) {
    const { kind } = attemptOf(state, id).status;
    if ((kind === 'leased' || kind === 'running') && !isCurrentId(trial, id)) return { kind, attempt: id };
  }
  return { kind: 'queued' };
}

/** Presumed lost, since its host was silent for long: its real end may still come. */
export const isPresumedLost = ({ status }: Attempt): boolean =>
  status.kind === 'ended' && isSilence(status.end);

const isSilence = ({ outcome }: AttemptEnd): boolean =>
  outcome.kind === 'lost' && outcome.reason === 'silence';

/** Who stops a sweep and goes on with it at once wants the trials as well whose cancellation was on its way. */
const isWanted = (state: LedgerState, { sweeps }: Trial): boolean =>
  sweeps.some((name) => {
    const { kind } = sweepOf(state, name).status;
    return kind === 'open' || kind === 'paused';
  });

export function forgive(state: LedgerState, trial: Trial): void {
  trial.charges = 0;
  state.outgrown.delete(trial.point.shape);
  state.filledDisks.delete(trial.point.shape);
  if (trial.status.kind !== 'failed' && trial.status.kind !== 'cancelled') return;
  trial.uncharged = 0;
  // It goes on running alone, but what it did alone does not count any more.
  trial.crashes = trial.crashes.map((crash) => ({ ...crash, alone: false }));
  setStatus(state, trial, waitingOrElsewhere(state, trial));
}

/** A trial that nothing runs of now. */
export function giveUp(state: LedgerState, trial: Trial, because: string): void {
  if (trial.status.kind !== 'queued') return;
  const last = trial.attempts.findLast((id) => attemptOf(state, id).status.kind === 'ended');
  setStatus(state, trial, { kind: 'failed', attempt: last ?? null, because });
}

export function setStatus(state: LedgerState, trial: Trial, status: TrialStatus): void {
  for (const name of trial.sweeps) {
    const sweep = sweepOf(state, name);
    sweep.counts[kindIn(sweep, trial, trial.status)] -= 1;
    noteDivergence(state, sweep, trial, status);
    sweep.counts[kindIn(sweep, trial, status)] += 1;
    if (status.kind === 'queued') sweep.firstQueued = 0;
  }
  trial.status = status;
  if (hasResult(status)) state.shaken.delete(trial);
}

/** So often on one host, and it is as good as a failure: an owner who comes back each time, or a host that lies. */
const mostInVain = 5;

const none: ReadonlySet<HostName> = new Set();

/** Hosts on which a trial has failed, or has come to nothing again and again. */
export function hostsThatFailed(state: LedgerState, trial: Trial): ReadonlySet<HostName> {
  if (trial.attempts.length === 0) return none;
  const hosts = new Set<HostName>();
  const inVain = new Map<HostName, number>();
  for (const id of trial.attempts) {
    const { host, status } = attemptOf(state, id);
    if (status.kind !== 'ended' || isResult(status.end.outcome.kind)) continue;
    const times = (inVain.get(host) ?? 0) + 1;
    inVain.set(host, times);
    if (speaksAgainstHost(status.end.outcome.kind) || times >= mostInVain) hosts.add(host);
  }
  return hosts;
}

export const isCurrent = (trial: Trial, attempt: Attempt): boolean => isCurrentId(trial, attempt.id);

const isCurrentId = (trial: Trial, id: AttemptId): boolean =>
  'attempt' in trial.status && trial.status.attempt === id;
