/** What attempts that did not come to their end have left for the next one. */
import { chargedTo } from '../model/outcome.ts';
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
  status.end.outcome.kind !== 'succeeded' &&
  status.end.outcome.kind !== 'not-started';

/**
 * Whether what it left is worth taking to another host. Who failed may have failed for what it went on from, or in the
 * middle of saving: a try elsewhere is one of its own.
 */
export const mayBeCarried = ({ status }: Attempt): boolean =>
  status.kind === 'ended' && chargedTo[status.end.outcome.kind] === 'nobody';

/** Whether a host that is away is waited for with what an attempt left there: never for longer than that ran. */
export function isWorthWaiting({ status }: Attempt, now: number): boolean {
  if (status.kind !== 'ended') return false;
  const sinceMs = now - status.at;
  return sinceMs >= 0 && sinceMs < Math.min(patienceMs, status.end.seconds * 1_000);
}
