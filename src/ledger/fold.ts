/**
 * Events into state: the one place where a fact gets its meaning. Restoring a ledger, the running coordinator and
 * every reader go through it, so there is no second way to arrive at a state.
 *
 * The state handed in is spent: it is changed in place and returned, because a night's ledger has 100,000 trials and
 * a copy for each event would cost more than the training.
 */
import {
  type AttemptId,
  attemptId,
  hostName,
  ledgerId,
  type SweepName,
  sweepName,
  trialId,
} from '../model/ids.ts';
import type { AttemptEnd } from '../model/attempt-end.ts';
import { chargedTo } from '../model/outcome.ts';
import { workOf } from '../model/work.ts';
import type { LedgerEvent, PointDeclaration, SweepDeclaration } from './events.ts';
import type { Attempt, HostRecord, LedgerState, Sweep, Trial, TrialStatus } from './state.ts';

/** Ends that blame nobody, after which a trial that keeps dying is given up all the same. */
const unchargedLimit = 5;

export function fold(state: LedgerState, event: LedgerEvent): LedgerState {
  switch (event.kind) {
    case 'ledger-created':
      state.ledger = ledgerId(event.ledger);
      break;
    case 'term-started':
      state.term = event.term;
      state.nonce = event.nonce;
      state.attemptsOfTerm = 0;
      break;
    case 'sweep-declared':
      declareSweep(state, event.declaration, event.at);
      break;
    case 'points-declared':
      declarePoints(state, sweepOf(state, event.sweep), event.points);
      break;
    case 'sweep-opened':
      openSweep(state, sweepOf(state, event.sweep), event.at);
      break;
    case 'leased':
      for (const lease of event.leases) leaseAttempt(state, lease, event.host);
      break;
    case 'taken-back':
      for (const id of event.attempts) takeBack(state, attemptOf(state, id));
      break;
    case 'started':
      for (const { attempt, device } of event.attempts)
        start(state, attemptOf(state, attempt), device, event.at);
      break;
    case 'ended':
      endAttempt(state, attemptOf(state, event.attempt), event.end, event.at);
      break;
    case 'adopted':
      adopt(state, event);
      break;
    case 'artifacts-fetched':
      settleArtifacts(state, attemptId(event.attempt), event.paths);
      break;
    case 'artifact-gone':
      settleArtifacts(state, attemptId(event.attempt), [event.path]);
      break;
    case 'host-quarantined':
      hostOf(state, event.host).quarantine = event.because;
      break;
    case 'host-trusted':
      Object.assign(hostOf(state, event.host), {
        quarantine: null,
        charges: 0,
      } satisfies Partial<HostRecord>);
      break;
    case 'host-closed':
      hostOf(state, event.host).closed = event.because;
      break;
    case 'host-opened':
      Object.assign(hostOf(state, event.host), {
        closed: null,
        quarantine: null,
        charges: 0,
      } satisfies Partial<HostRecord>);
      break;
    case 'sweep-paused':
      sweepOf(state, event.sweep).status = { kind: 'paused', at: event.at };
      break;
    case 'sweep-stopped':
      sweepOf(state, event.sweep).status = {
        kind: 'stopped',
        by: event.by,
        because: event.because,
        at: event.at,
      };
      break;
    case 'retry-asked':
      for (const id of event.trials) forgive(state, trialOf(state, id));
      break;
    default:
      event satisfies never;
  }
  return state;
}

/** Thrown for a fact that cannot follow from the ones before it: the ledger is not one of ours, or is damaged. */
export class FoldError extends Error {
  readonly code = 'FOLD';
  override readonly name = 'FoldError';
}

function declareSweep(state: LedgerState, declaration: SweepDeclaration, at: number): void {
  const name = sweepName(declaration.sweep);
  const before = state.sweeps.get(name);
  // An edited sweep: its old points leave it, what they have earned stays with their trials.
  for (const trial of before?.order ?? []) trial.sweeps = trial.sweeps.filter((sweep) => sweep !== name);
  state.launches.set(declaration.launch, declaration.spec);
  state.sweeps.set(name, {
    name,
    declaration,
    declaredAt: at,
    openedAt: null,
    points: [],
    order: [],
    firstQueued: 0,
    counts: { queued: 0, leased: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
    status: { kind: 'declaring' },
  });
}

function declarePoints(state: LedgerState, sweep: Sweep, points: readonly PointDeclaration[]): void {
  for (const point of points) {
    sweep.points.push(point);
    point.trials.forEach((id, index) => {
      const replicate = index + 1;
      const seed = sweep.declaration.seeds[index];
      if (seed === undefined) throw new FoldError(`sweep ${sweep.name}: a point has more trials than seeds`);
      const trial = state.trials.get(trialId(id)) ?? newTrial(state, trialId(id), point, seed, replicate);
      trial.point = point;
      trial.sweeps = trial.sweeps.concat(sweep.name);
      sweep.order.push(trial);
      sweep.counts[trial.status.kind] += 1;
    });
  }
}

function newTrial(
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
    status: { kind: 'queued' },
  };
  state.trials.set(id, trial);
  return trial;
}

/** Longest first (Graham 1969, LPT): a long trial that starts last is what everybody waits for. */
function openSweep(state: LedgerState, sweep: Sweep, at: number): void {
  if (sweep.status.kind === 'declaring')
    sweep.order.sort((a, b) => (b.point.operations ?? 0) - (a.point.operations ?? 0));
  sweep.status = { kind: 'open' };
  sweep.openedAt = at;
  sweep.firstQueued = 0;
  for (const trial of sweep.order) if (trial.status.kind === 'cancelled') forgive(state, trial);
}

function leaseAttempt(
  state: LedgerState,
  lease: { attempt: string; number: number; trial: string; sweep: string },
  host: string,
): void {
  const trial = trialOf(state, lease.trial);
  const attempt: Attempt = {
    id: attemptId(lease.attempt),
    number: lease.number,
    trial: trial.id,
    sweep: sweepName(lease.sweep),
    launch: state.sweeps.get(sweepName(lease.sweep))?.declaration.launch ?? '',
    host: hostName(host),
    status: { kind: 'leased' },
  };
  state.attempts.set(attempt.id, attempt);
  state.attemptsOfTerm += 1;
  // Not pushed: V8 makes room for 17 at the first push, and 100,000 trials that have one attempt took 45 MB for it.
  trial.attempts = trial.attempts.concat(attempt.id);
  const record = hostOf(state, host);
  record.open.add(attempt.id);
  countWork(record, attempt.sweep, 1, workOf(trial.point));
  setStatus(state, trial, { kind: 'leased', attempt: attempt.id });
}

function countWork({ work }: HostRecord, sweep: SweepName, attempts: 1 | -1, amount: number): void {
  const open = work.get(sweep) ?? { attempts: 0, work: 0 };
  open.attempts += attempts;
  open.work += attempts * amount;
  // Nothing is left of sums that rounding, or an edit of the sweep, made inexact.
  if (open.attempts > 0) work.set(sweep, open);
  else work.delete(sweep);
}

function takeBack(state: LedgerState, attempt: Attempt): void {
  close(state, attempt);
  attempt.status = { kind: 'taken-back' };
  const trial = trialOf(state, attempt.trial);
  if (isCurrent(trial, attempt)) setStatus(state, trial, { kind: 'queued' });
}

function start(state: LedgerState, attempt: Attempt, device: string, at: number): void {
  if (attempt.status.kind !== 'leased') return;
  attempt.status = { kind: 'running', device, at };
  const trial = trialOf(state, attempt.trial);
  if (isCurrent(trial, attempt)) setStatus(state, trial, { kind: 'running', attempt: attempt.id });
}

function endAttempt(state: LedgerState, attempt: Attempt, end: AttemptEnd, at: number): void {
  if (attempt.status.kind === 'ended') throw new FoldError(`attempt ${attempt.id} ended twice`);
  close(state, attempt);
  attempt.status = { kind: 'ended', end, at };
  const awaited = end.artifacts.filter(({ comesBack }) => comesBack).map(({ path }) => path);
  if (awaited.length > 0) state.awaited.set(attempt.id, new Set(awaited));
  const trial = trialOf(state, attempt.trial);
  const charged = chargedTo[end.outcome.kind];
  if (charged === 'host') hostOf(state, attempt.host).charges += 1;
  if (end.outcome.kind === 'succeeded') hostOf(state, attempt.host).charges = 0;
  const status = statusAfter(state, trial, attempt, end);
  if (status?.kind === 'succeeded') chargeWhereItFailed(state, trial, attempt);
  if (status !== null) setStatus(state, trial, status);
}

/** What fails on one host and succeeds on another was the host's fault. */
function chargeWhereItFailed(state: LedgerState, trial: Trial, succeeded: Attempt): void {
  for (const id of trial.attempts) {
    const { status, host } = attemptOf(state, id);
    if (status.kind === 'ended' && host !== succeeded.host && chargedTo[status.end.outcome.kind] === 'trial')
      hostOf(state, host).charges += 1;
  }
}

function settleArtifacts(state: LedgerState, id: AttemptId, paths: readonly string[]): void {
  const awaited = state.awaited.get(id);
  for (const path of paths) awaited?.delete(path);
  if (awaited?.size === 0) state.awaited.delete(id);
}

/** What an end makes of its trial; null where it changes nothing. A late result is a result (P1). */
function statusAfter(
  state: LedgerState,
  trial: Trial,
  attempt: Attempt,
  end: AttemptEnd,
): TrialStatus | null {
  if (trial.status.kind === 'succeeded') return null;
  if (end.outcome.kind === 'succeeded') return { kind: 'succeeded', attempt: attempt.id };
  if (!isCurrent(trial, attempt)) return null;
  if (end.outcome.kind === 'cancelled') return { kind: 'cancelled', attempt: attempt.id };
  if (chargedTo[end.outcome.kind] === 'trial') trial.charges += 1;
  else trial.uncharged += 1;
  const retries = state.sweeps.get(attempt.sweep)?.declaration.retries ?? 0;
  const spent = trial.charges > retries || trial.uncharged > unchargedLimit;
  return spent ? { kind: 'failed', attempt: attempt.id } : { kind: 'queued' };
}

function adopt(state: LedgerState, event: { attempt: string; host: string; trial: string }): void {
  const trial = trialOf(state, event.trial);
  const number = trial.attempts.length + 1;
  const sweep = trial.sweeps[0] ?? '';
  const before = trial.status;
  leaseAttempt(state, { attempt: event.attempt, number, trial: event.trial, sweep }, event.host);
  // What the trial has already counts for more than what an older life of this ledger left running.
  if (before.kind !== 'queued') setStatus(state, trial, before);
}

function forgive(state: LedgerState, trial: Trial): void {
  if (trial.status.kind !== 'failed' && trial.status.kind !== 'cancelled') return;
  trial.charges = 0;
  trial.uncharged = 0;
  setStatus(state, trial, { kind: 'queued' });
}

function setStatus(state: LedgerState, trial: Trial, status: TrialStatus): void {
  for (const name of trial.sweeps) {
    const sweep = sweepOf(state, name);
    sweep.counts[trial.status.kind] -= 1;
    sweep.counts[status.kind] += 1;
    if (status.kind === 'queued') sweep.firstQueued = 0;
  }
  trial.status = status;
}

const isCurrent = (trial: Trial, attempt: Attempt): boolean =>
  'attempt' in trial.status && trial.status.attempt === attempt.id;

function close(state: LedgerState, attempt: Attempt): void {
  const host = hostOf(state, attempt.host);
  if (host.open.delete(attempt.id))
    countWork(host, attempt.sweep, -1, workOf(trialOf(state, attempt.trial).point));
}

function sweepOf(state: LedgerState, name: string): Sweep {
  const sweep = state.sweeps.get(sweepName(name));
  if (sweep === undefined) throw new FoldError(`no sweep ${name} was declared`);
  return sweep;
}

function trialOf(state: LedgerState, id: string): Trial {
  const trial = state.trials.get(trialId(id));
  if (trial === undefined) throw new FoldError(`no trial ${id} was declared`);
  return trial;
}

function attemptOf(state: LedgerState, id: string): Attempt {
  const attempt = state.attempts.get(attemptId(id));
  if (attempt === undefined) throw new FoldError(`no attempt ${id} was leased`);
  return attempt;
}

function hostOf(state: LedgerState, name: string): HostRecord {
  const known = state.hosts.get(hostName(name));
  if (known !== undefined) return known;
  const host: HostRecord = {
    name: hostName(name),
    open: new Set(),
    work: new Map(),
    charges: 0,
    quarantine: null,
    closed: null,
  };
  state.hosts.set(host.name, host);
  return host;
}
