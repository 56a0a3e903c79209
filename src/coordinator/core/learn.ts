import type { Attempt } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { memorySeen } from '../../model/result/memory-seen.ts';
import { observeBusy } from '../../predict/busy.ts';
import { observeDuration } from '../../predict/duration.ts';
import { observeMemory, oneKind } from '../../predict/memory.ts';
import { learnedAs } from '../hosts/likeness.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** What a trial took predicts what its like will take. Hosts of another lab may have the names of these, and its figures are its own. */
export function learn(state: CoordinatorState, attempt: Attempt, end: AttemptEnd): void {
  const trial = state.ledger.trials.get(attempt.trial);
  if (trial === undefined || attempt.importedFrom !== null) return;
  const { host } = attempt;
  const launch = learnedAs(state.ledger, attempt.launch);
  const { shape, resources } = trial.point;
  const { gpu, host: ofHost } = memorySeen(end);
  const kind = (declaredBytes: number | null) => ({ launch, shape, declaredBytes });
  const gpuName = end.gpuName ?? oneKind;
  if (gpu !== null) observeMemory(state.memories.gpu, gpuName, kind(resources.gpuMemoryBytes), gpu);
  if (ofHost !== null) observeMemory(state.memories.host, oneKind, kind(resources.hostMemoryBytes), ofHost);
  const seen = { launch, kind: trial.point, place: { host, gpuName: end.gpuName } };
  let isNews = gpu !== null;
  if (end.gpuBusy !== null && observeBusy(state.busyShares, { ...seen, share: end.gpuBusy })) isNews = true;
  // What went on from a checkpoint took longer than its last attempt did.
  const isTelling = end.outcome.kind === 'succeeded' && attempt.continues === null;
  const seconds = end.soloSeconds ?? end.seconds;
  if (isTelling && observeDuration(state.durations, { ...seen, seconds })) isNews = true;
  // All that was put in order by what is expected is put in order again.
  if (isNews) state.learned += 1;
}
