/** What the state holds, by the names that events use. */
import type { AttemptId, HostName, SweepName, TrialId } from '../model/ids.ts';
import type { Attempt, HostRecord, LedgerState, Sweep, Trial } from './state.ts';

/** Thrown for a fact that cannot follow from the ones before it: the ledger is not one of ours, or is damaged. */
export class FoldError extends Error {
  readonly code = 'FOLD';
  override readonly name = 'FoldError';
}

export function sweepOf(state: LedgerState, name: SweepName): Sweep {
  const sweep = state.sweeps.get(name);
  if (sweep === undefined) throw new FoldError(`no sweep ${name} was declared`);
  return sweep;
}

export function trialOf(state: LedgerState, id: TrialId): Trial {
  const trial = state.trials.get(id);
  if (trial === undefined) throw new FoldError(`no trial ${id} was declared`);
  return trial;
}

export function attemptOf(state: LedgerState, id: AttemptId): Attempt {
  const attempt = state.attempts.get(id);
  if (attempt === undefined) throw new FoldError(`no attempt ${id} was leased`);
  return attempt;
}

export function hostOf(state: LedgerState, name: HostName): HostRecord {
  const known = state.hosts.get(name);
  if (known !== undefined) return known;
  const host: HostRecord = {
    name,
    open: new Set(),
    running: new Set(),
    changes: 0,
    work: new Map(),
    charges: 0,
    standings: new Map(),
    quarantine: null,
    crashes: [],
    closed: null,
  };
  state.hosts.set(host.name, host);
  return host;
}
