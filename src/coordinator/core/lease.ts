import type { PointDeclaration } from '../../ledger/events.ts';
import { attemptId, type HostName } from '../../model/ids.ts';
import { workOf } from '../../model/work.ts';
import { predictMemory } from '../../predict/memory.ts';
import { secondsPerWork } from '../../predict/duration.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** The lease of an attempt as its host is told; null where the ledger does not hold the attempt. */
export function leaseOf(
  state: Pick<CoordinatorState, 'ledger' | 'durations' | 'memories'>,
  host: HostName,
  id: string,
): Lease | null {
  const attempt = state.ledger.attempts.get(attemptId(id));
  const trial = attempt && state.ledger.trials.get(attempt.trial);
  if (attempt === undefined || trial === undefined) return null;
  const { launch } = attempt;
  const perWork = secondsPerWork(state.durations, launch, host);
  return {
    attempt: attempt.id,
    number: attempt.number,
    trial: trial.id,
    launch,
    params: trial.point.params,
    seed: trial.seed,
    resources: trial.point.resources,
    predicted: predictedFor(state, launch, trial.point),
    shape: trial.point.shape,
    predictedSeconds: perWork === null ? null : perWork * workOf(trial.point),
    continues: attempt.continues,
    alone: attempt.alone,
  };
}

const predictedFor = (
  { memories: { gpu, host } }: Pick<CoordinatorState, 'memories'>,
  launch: string,
  { shape, resources: { gpuMemoryBytes, hostMemoryBytes } }: PointDeclaration,
): Lease['predicted'] => ({
  gpuMemoryBytes: predictMemory(gpu, { launch, shape, declaredBytes: gpuMemoryBytes }),
  hostMemoryBytes: predictMemory(host, { launch, shape, declaredBytes: hostMemoryBytes }),
});
