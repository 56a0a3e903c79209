/** What attempts that did not come to their end have left for the next one. */
import { chargedTo, isResult } from '../model/result/outcome.ts';
import { patienceMs } from '../model/patience.ts';
import type { Attempt, LedgerState, Trial } from './state.ts';

/** Attempts of a trial that may have left a checkpoint, the last one first: it came farthest. */
export const checkpointSources = ({ attempts }: LedgerState, trial: Trial): readonly Attempt[] =>
  trial.attempts.length === 0
    ? none
    : trial.attempts
        .flatMap((id) => attempts.get(id) ?? [])
        .filter(mayHaveLeftOne)
        .toReversed();

const none: readonly Attempt[] = [];

/** Where nobody has looked, it may. */
export const mayHaveLeftOne = ({ status, importedFrom }: Attempt): boolean =>
  status.kind === 'ended' &&
  importedFrom === null &&
  status.end.checkpointBytes !== 0 &&
  !isResult(status.end.outcome.kind) &&
  status.end.outcome.kind !== 'not-started';

/**
 * Whether what it left is worth taking to another host. Who failed may have failed for what it went on from, or in the
 * middle of saving: a try elsewhere is one of its own.
 */
export const mayBeCarried = ({ status }: Attempt): boolean =>
  status.kind === 'ended' && chargedTo[status.end.outcome.kind] === 'nobody';

/** For how long a host that is away is waited for with what an attempt left there: no longer than that ran. */
export const worthWaitingMs = ({ status }: Attempt): number =>
  status.kind === 'ended' ? Math.min(patienceMs, status.end.seconds * 1_000) : 0;
