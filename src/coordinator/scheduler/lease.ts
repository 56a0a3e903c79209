import { attemptId, type HostName } from '../../model/ids.ts';
import { workOf } from '../../model/work.ts';
import { secondsPerWork } from '../../predict/duration.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Attempt, LedgerState, Trial } from '../../ledger/state.ts';
import type { CoordinatorState } from '../core/state.ts';

/** The lease of an attempt as its host is told; null where the ledger does not hold the attempt. */
export function leaseOf(
  state: Pick<CoordinatorState, 'ledger' | 'durations'>,
  host: HostName,
  id: string,
): Lease | null {
  const attempt = state.ledger.attempts.get(attemptId(id));
  const trial = attempt && state.ledger.trials.get(attempt.trial);
  if (attempt === undefined || trial === undefined) return null;
  const { launch } = attempt;
  const earlier = earlierAttempt(state.ledger, trial, host);
  const perWork = secondsPerWork(state.durations, launch, host);
  return {
    attempt: attempt.id,
    number: attempt.number,
    trial: trial.id,
    launch,
    params: trial.point.params,
    seed: trial.seed,
    resources: trial.point.resources,
    shape: trial.point.shape,
    predictedSeconds: perWork === null ? null : perWork * workOf(trial.point),
    continues: earlier?.id ?? null,
    alone: attempt.alone,
  };
}

/** The last attempt of a trial that has ended, on a host or (null) anywhere: its checkpoint lies there, if it left one. */
export const earlierAttempt = (
  { attempts }: LedgerState,
  trial: Trial,
  host: HostName | null,
): Attempt | undefined =>
  trial.attempts
    .flatMap((id) => attempts.get(id) ?? [])
    .findLast(
      (attempt) =>
        (host === null || attempt.host === host) &&
        attempt.status.kind === 'ended' &&
        attempt.status.end.outcome.kind !== 'not-started',
    );
