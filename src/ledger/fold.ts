/**
 * Events into state: the one place where a fact gets its meaning. Restoring a ledger, the running coordinator and
 * every reader go through it, so there is no second way to arrive at a state.
 *
 * The state handed in is spent: it is changed in place and returned, because a night's ledger has 100,000 trials and
 * a copy for each event would cost more than the training.
 */
import {
  adopt,
  endAttempt,
  leaseAttempt,
  loseArtifact,
  reopen,
  settleArtifacts,
  start,
  takeBack,
} from './attempts.ts';
import type { LedgerEvent } from './events.ts';
import { importResults } from './imports.ts';
import { attemptOf, hostOf, sweepOf, trialOf } from './records.ts';
import type { HostRecord, LedgerState } from './state.ts';
import { declarePoints, declareSweep, openSweep } from './sweeps.ts';
import { forgive, giveUp } from './trials.ts';

export function fold(state: LedgerState, event: LedgerEvent): LedgerState {
  switch (event.kind) {
    case 'ledger-created':
      state.ledger = event.ledger;
      break;
    case 'term-started':
      if (event.secret !== null) state.seal ??= { secret: event.secret, isWhole: state.term === 0 };
      beginTerm(state, event);
      break;
    case 'term-raised':
      beginTerm(state, event);
      break;
    case 'sweep-declared':
      declareSweep(state, event.declaration, event.at);
      break;
    case 'points-declared':
      declarePoints(state, sweepOf(state, event.sweep), event.points);
      break;
    case 'sweep-opened':
      openSweep(state, sweepOf(state, event.sweep), event);
      break;
    case 'leased':
      for (const lease of event.leases) leaseAttempt(state, lease, event.host, event.at);
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
    case 'returned':
      for (const id of event.attempts) reopen(state, attemptOf(state, id));
      break;
    case 'adopted':
      adopt(state, event);
      break;
    case 'artifacts-fetched':
      settleArtifacts(state, event.attempt, event.paths);
      break;
    case 'artifact-gone':
      loseArtifact(state, event.attempt, event.path, event.because);
      break;
    case 'host-quarantined':
      hostOf(state, event.host).quarantine = event.because;
      break;
    case 'host-trusted':
      Object.assign(hostOf(state, event.host), {
        quarantine: null,
        charges: 0,
        standings: new Map(),
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
        standings: new Map(),
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
    case 'given-up':
      giveUp(state, trialOf(state, event.trial), event.because);
      break;
    case 'retry-asked':
      for (const id of event.trials) forgive(state, trialOf(state, id));
      break;
    case 'imported':
      importResults(state, event);
      break;
    case 'recovered': // for those who verify
      break;
    default:
      event satisfies never;
  }
  return state;
}

function beginTerm(
  state: LedgerState,
  { term, nonce }: { readonly term: number; readonly nonce: string },
): void {
  state.term = term;
  state.nonce = nonce;
  state.attemptsOfTerm = 0;
}
