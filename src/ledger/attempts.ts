/** What happens to attempts: they are leased, taken back, started, ended, adopted, and come back after a silence. */
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import { type AttemptId, type HostName, launchId, type SweepName, sweepName } from '../model/ids.ts';
import { chargeOfEnd } from '../model/result/charge.ts';
import { noteDisk } from '../model/result/disk-use.ts';
import { noteOutgrown } from '../model/result/outgrown.ts';
import { isResult } from '../model/result/outcome.ts';
import { workOf } from '../model/work.ts';
import type { LedgerEvent } from './events.ts';
import { noteIfCrash } from './crashes.ts';
import { FoldError, hostOf, trialOf } from './records.ts';
import { noteStanding } from './standing.ts';
import type { Attempt, HostRecord, LedgerState, Trial } from './state.ts';
import { priorityOf } from './sweeps.ts';
import { isCurrent, isPresumedLost, setStatus, statusAfter, waitingOrElsewhere } from './trials.ts';

export function leaseAttempt(
  state: LedgerState,
  lease: Extract<LedgerEvent, { kind: 'leased' }>['leases'][number],
  host: HostName,
  at: number,
): void {
  const trial = trialOf(state, lease.trial);
  const attempt: Attempt = {
    id: lease.attempt,
    number: lease.number,
    trial: trial.id,
    sweep: lease.sweep,
    launch: state.sweeps.get(lease.sweep)?.declaration.launch ?? launchId(''),
    point: trial.point,
    host,
    leasedAt: at,
    priority: priorityOf(state, trial),
    alone: lease.alone,
    continues: lease.continues,
    anew: lease.anew,
    predicted: lease.predicted,
    importedFrom: null,
    status: { kind: 'leased' },
  };
  state.attempts.set(attempt.id, attempt);
  state.attemptsOfTerm += 1;
  // Not pushed: V8 makes room for 17 at the first push, and 100,000 trials that have one attempt took 45 MB for it.
  trial.attempts = trial.attempts.concat(attempt.id);
  open(state, attempt, trial);
  setStatus(state, trial, { kind: 'leased', attempt: attempt.id });
}

function open(state: LedgerState, attempt: Attempt, trial: Trial): void {
  const host = hostOf(state, attempt.host);
  host.open.add(attempt.id);
  host.changes += 1;
  countWork(host, attempt.sweep, 1, workOf(trial.point));
}

function countWork({ work }: HostRecord, sweep: SweepName, attempts: 1 | -1, amount: number): void {
  const open = work.get(sweep) ?? { attempts: 0, work: 0 };
  open.attempts += attempts;
  open.work += attempts * amount;
  // Nothing is left of sums that rounding made inexact.
  if (open.attempts > 0) work.set(sweep, open);
  else work.delete(sweep);
}

export function takeBack(state: LedgerState, attempt: Attempt): void {
  close(state, attempt);
  attempt.status = { kind: 'taken-back' };
  const trial = trialOf(state, attempt.trial);
  if (isCurrent(trial, attempt)) setStatus(state, trial, waitingOrElsewhere(state, trial));
}

/** Its trial may have begun elsewhere meanwhile: whichever of the two ends well first counts. */
export function reopen(state: LedgerState, attempt: Attempt): void {
  if (!isPresumedLost(attempt)) throw new FoldError(`attempt ${attempt.id} was never given up`);
  const trial = trialOf(state, attempt.trial);
  attempt.status = { kind: 'leased' };
  open(state, attempt, trial);
  if (trial.status.kind === 'queued') setStatus(state, trial, { kind: 'leased', attempt: attempt.id });
}

export function start(state: LedgerState, attempt: Attempt, device: string, at: number): void {
  if (attempt.status.kind !== 'leased') return;
  attempt.status = { kind: 'running', device, at };
  const host = hostOf(state, attempt.host);
  host.running.add(attempt.id);
  host.changes += 1;
  const trial = trialOf(state, attempt.trial);
  if (isCurrent(trial, attempt)) setStatus(state, trial, { kind: 'running', attempt: attempt.id });
}

export function endAttempt(state: LedgerState, attempt: Attempt, end: AttemptEnd, at: number): void {
  if (attempt.status.kind === 'ended' && !isPresumedLost(attempt))
    throw new FoldError(`attempt ${attempt.id} ended twice`);
  close(state, attempt);
  noteIfCrash(state, attempt, end.outcome, at);
  attempt.status = { kind: 'ended', end, at };
  const awaited = end.artifacts.filter(({ comesBack }) => comesBack).map(({ path }) => path);
  if (awaited.length > 0) state.awaited.set(attempt.id, new Set(awaited));
  const trial = trialOf(state, attempt.trial);
  const host = hostOf(state, attempt.host);
  if (chargeOfEnd(end) === 'host') host.charges += 1;
  if (isResult(end.outcome.kind)) host.charges = 0;
  noteStanding(host, attempt, end);
  noteOutgrown(state.outgrown, attempt.point.shape, end);
  // It was the trial that was too large: who else runs there has nothing to do with it.
  if (noteDisk(state.filledDisks, attempt.point.shape, attempt.host, end)) host.charges = 0;
  const status = statusAfter(state, trial, attempt, end);
  if (status !== null) setStatus(state, trial, status);
}

export function adopt(
  state: LedgerState,
  { at, attempt, host, trial: id }: Extract<LedgerEvent, { kind: 'adopted' }>,
): void {
  const trial = trialOf(state, id);
  const number = trial.attempts.length + 1;
  const sweep = trial.sweeps[0] ?? sweepName('');
  const before = trial.status;
  leaseAttempt(
    state,
    {
      attempt,
      number,
      trial: id,
      sweep,
      alone: false,
      continues: null,
      anew: null,
      predicted: null,
    },
    host,
    at,
  );
  // What the trial has already counts for more than what an older life of this ledger left running.
  if (before.kind !== 'queued') setStatus(state, trial, before);
}

export function settleArtifacts(state: LedgerState, id: AttemptId, paths: readonly string[]): void {
  const awaited = state.awaited.get(id);
  for (const path of paths) awaited?.delete(path);
  if (awaited?.size === 0) state.awaited.delete(id);
}

export function loseArtifact(state: LedgerState, id: AttemptId, path: string, because: string): void {
  settleArtifacts(state, id, [path]);
  state.gone.set(id, (state.gone.get(id) ?? new Map<string, string>()).set(path, because));
}

function close(state: LedgerState, attempt: Attempt): void {
  const host = hostOf(state, attempt.host);
  host.running.delete(attempt.id);
  host.changes += 1;
  if (host.open.delete(attempt.id)) countWork(host, attempt.sweep, -1, workOf(attempt.point));
}
