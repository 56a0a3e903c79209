/** What the end of a sweep amounts to. */
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import type { SweepName } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import { SessionError } from '../session-error.ts';
import type { RunOutcome } from './run-outcome.ts';

/** Why each host goes on with nothing of a sweep. */
export type Obstacles = readonly { readonly host: string; readonly refusal: Refusal }[];

/** A sweep that is over: it came to rest, or no host can go on with what waits. */
export interface Verdict {
  readonly sweep: Sweep;
  /** Of the trials that were asked for. */
  readonly counts: Sweep['counts'];
  /** Null where it came to rest. */
  readonly obstacles: Obstacles | null;
}

/** @throws SessionError where the ledger has no such sweep */
export function sweepOf(ledger: LedgerState, name: SweepName): Sweep {
  const sweep = ledger.sweeps.get(name);
  if (sweep === undefined) throw new SessionError(`there is no sweep ${name} in this ledger.`);
  return sweep;
}

/** A failure in part where no host can go on: the rest is done, and hosts are only too small for it. */
export function outcomeOf({ sweep, counts, obstacles }: Verdict): RunOutcome {
  if (obstacles === null)
    return sweep.status.kind !== 'open' || counts.failed > 0 ? 'failed-in-part' : 'done';
  const hasResults = counts.succeeded + counts.diverged > 0;
  return areTooSmall(obstacles) && hasResults ? 'failed-in-part' : 'no-host';
}

export const areTooSmall = (obstacles: Obstacles): boolean =>
  obstacles.length > 0 && obstacles.every(({ refusal }) => isTooSmall(refusal));

const isTooSmall = (refusal: Refusal): boolean =>
  ['memory', 'outgrown', 'filled-disk', 'cpus', 'no-gpu', 'gpus'].includes(refusal.kind) && !isKept(refusal);

/** Its GPUs might be large enough, but a person has taken one out of use, or keeps it for its owner. */
export const isKept = (refusal: Refusal): boolean =>
  refusal.kind === 'gpus' &&
  refusal.devices.some(({ refusals }) =>
    refusals.some(({ kind }) => kind === 'gpu-off' || kind === 'gpu-reserved'),
  );
