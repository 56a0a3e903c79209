/** What attempts that did not come to their end have left for the next one. */
import type { OutcomeKind } from '../model/outcome.ts';
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

const leavesNothing: ReadonlySet<OutcomeKind> = new Set(['succeeded', 'not-started']);

/** Where nobody has looked, it may. */
const mayHaveLeftOne = ({ status, importedFrom }: Attempt): boolean =>
  status.kind === 'ended' &&
  importedFrom === null &&
  status.end.checkpointBytes !== 0 &&
  !leavesNothing.has(status.end.outcome.kind);

/** Whether a host that is away is waited for with what an attempt left there: never for longer than that ran. */
export const isWorthWaiting = ({ status }: Attempt, now: number): boolean =>
  status.kind === 'ended' && now - status.at < Math.min(patienceMs, status.end.seconds * 1_000);
