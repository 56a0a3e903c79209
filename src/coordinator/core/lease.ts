import type { PointDeclaration } from '../../ledger/events.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import { oneKind, predictMemory } from '../../predict/memory.ts';
import { expectBusy } from '../../predict/busy.ts';
import { expectSeconds, slownessOf } from '../../predict/duration.ts';
import type { Prediction } from '../../model/prediction.ts';
import type { Place } from '../../predict/traits.ts';
import type { Lease, Predicted } from '../../protocol/messages.ts';
import type { Attempt } from '../../ledger/state.ts';
import { learnedAs } from '../hosts/likeness.ts';
import { placeOf } from '../hosts/place.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** What predictions are made from. */
type Foresight = Pick<CoordinatorState, 'ledger' | 'fleet' | 'durations' | 'busyShares' | 'memories'>;

/** The lease of an attempt as its host is told; null where the ledger does not hold the attempt. */
export function leaseOf(state: Foresight, id: AttemptId): Lease | null {
  const attempt = state.ledger.attempts.get(id);
  const trial = attempt && state.ledger.trials.get(attempt.trial);
  if (attempt === undefined || trial === undefined) return null;
  const { launch } = attempt;
  return {
    attempt: attempt.id,
    number: attempt.number,
    trial: trial.id,
    launch,
    params: trial.point.params,
    seed: trial.seed,
    resources: trial.point.resources,
    predicted: predictedFor(state, attempt, trial.point),
    shape: trial.point.shape,
    predictedSeconds: predictedSeconds(state, attempt, trial.point),
    continues: attempt.continues,
    alone: attempt.alone,
    sweep: attempt.sweep,
    priority: attempt.priority,
  };
}

/** As the ledger keeps it, beside what the trial will have taken; null where nothing is known. */
export function predictionOf(
  state: Foresight,
  of: Pick<Attempt, 'launch' | 'host'>,
  point: PointDeclaration,
): Prediction | null {
  const { gpuMemoryBytes: ofGpu, hostMemoryBytes } = predictedFor(state, of, point);
  const gpuMemoryBytes = point.resources.gpus === 0 ? null : ofGpu;
  const seconds = predictedSeconds(state, of, point);
  if (seconds === null && gpuMemoryBytes === null && hostMemoryBytes === null) return null;
  return {
    seconds: seconds === null ? null : Number(seconds.toFixed(3)),
    gpuMemoryBytes: whole(gpuMemoryBytes),
    hostMemoryBytes: whole(hostMemoryBytes),
  };
}

/** More than any machine has is no figure to show: it ran out of all that there was. */
const mostShownBytes = 2 ** 50;

const whole = (bytes: number | null): number | null =>
  bytes === null || bytes > mostShownBytes ? null : Math.round(bytes);

/** On its host; null where nothing of its launch has ended. */
export function predictedSeconds(
  { ledger, durations, fleet }: Pick<CoordinatorState, 'ledger' | 'durations' | 'fleet'>,
  { launch: id, host: name }: Pick<Attempt, 'launch' | 'host'>,
  point: PointDeclaration,
): number | null {
  const launch = learnedAs(ledger, id);
  const place = placeOn(fleet, name, point);
  const seconds = expectSeconds(durations, launch, point);
  return seconds === null ? null : seconds * slownessOf(durations, launch, place);
}

/** On its host. */
export function predictedFor(
  { ledger, memories, busyShares, fleet }: Foresight,
  { launch: id, host }: Pick<Attempt, 'launch' | 'host'>,
  point: PointDeclaration,
): Predicted {
  const launch = learnedAs(ledger, id);
  const { shape, resources } = point;
  const kind = (declaredBytes: number | null) => ({ launch, shape, declaredBytes });
  const { gpuName } = placeOn(fleet, host, point);
  return {
    gpuMemoryBytes: predictMemory(memories.gpu, gpuName ?? oneKind, kind(resources.gpuMemoryBytes)),
    hostMemoryBytes: predictMemory(memories.host, oneKind, kind(resources.hostMemoryBytes)),
    gpuBusy: expectBusy(busyShares, launch, point),
  };
}

function placeOn(fleet: CoordinatorState['fleet'], name: HostName, point: PointDeclaration): Place {
  const host = fleet.get(name);
  return host === undefined ? { host: name, gpuName: null } : placeOf(host, point.resources);
}
