/** What attempts that did not come to their end have left for the next one. */
import type { HostName } from '../model/ids.ts';
import type { OutcomeKind } from '../model/outcome.ts';
import { patienceMs } from '../model/patience.ts';
import type { Attempt, LedgerState, Trial } from './state.ts';

/** The last attempt of a trial that may have left a checkpoint, on a host or (null) anywhere; null where none has. */
export function checkpointSource(
  { attempts }: LedgerState,
  trial: Trial,
  host: HostName | null,
): Attempt | null {
  if (trial.attempts.length === 0) return null;
  const found = trial.attempts
    .flatMap((id) => attempts.get(id) ?? [])
    .findLast((attempt) => (host === null || attempt.host === host) && mayHaveLeftOne(attempt));
  return found ?? null;
}

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
