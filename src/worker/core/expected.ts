/** What an attempt is expected to take of its host: by what its like took, else by its sweep's word. */
import type { Resources } from '../../model/resources.ts';
import type { Lease, Predicted } from '../../protocol/messages.ts';
import { guessMemory } from '../../predict/memory.ts';
import type { StartRequest } from '../../throttle/host-load.ts';
import { gpusOf } from '../../throttle/room.ts';
import { meanBusy } from './busy.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { knownGpuBytes, knownHostBytes, runningHostPeak } from './memory-known.ts';
import type { WorkerState } from './state.ts';

/**
 * What an attempt is expected to take at its peak: by what its like took here and elsewhere, else as declared. A command
 * that says nothing of its memory is taken to need what its like took here; the first of them is on the ramp guard.
 */
export function expected(state: WorkerState, held: HeldAttempt): Resources {
  const { lease } = held;
  const { resources, launch } = lease;
  const predicted = predictedOf(state, held);
  const gpus = gpusOf(resources, state.facts);
  const { gpuMemoryBytes: ofGpu, hostMemoryBytes: ofHost } = resources;
  const hostBytes = knownHostBytes(state, lease, predicted);
  const gpuBytes = knownGpuBytes(state, lease, predicted);
  return {
    ...resources,
    hostMemoryBytes: atMost(
      hostBytes ?? guessMemory(state.memories.host, launch, runningHostPeak(state, launch)),
      ofHost,
      state.facts.memoryBytes,
    ),
    gpus,
    gpuMemoryBytes:
      gpus === 0 ? null : atMost(gpuBytes ?? gpuPeakOf(state, launch), ofGpu, largestGpu(state.facts)),
  };
}

/** What is declared to fit is let in where it is alone, whatever is feared of it: a prediction may err. */
const aloneShare = 0.85;

function atMost(bytes: number | null, declared: number | null, totalBytes: number): number | null {
  const most = totalBytes * aloneShare;
  return bytes === null || (declared ?? 0) > most ? bytes : Math.min(bytes, most);
}

const largestGpu = ({ gpus }: WorkerState['facts']): number =>
  Math.max(0, ...(gpus ?? []).map(({ memoryBytes }) => memoryBytes));

/** The most that a trial of a launch took of a GPU here, of those that still run as well; null before the first. */
function gpuPeakOf(state: WorkerState, launch: string): number | null {
  let peak = state.launchGpuPeaks.get(launch) ?? null;
  for (const { lease, status } of state.active) {
    const bytes = status.kind === 'running' && lease.launch === launch ? status.run.gpu.peakBytes : null;
    if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
  }
  return peak;
}

export function requestOf(state: WorkerState, held: HeldAttempt): StartRequest {
  const { shape, launch, resources } = held.lease;
  const unsaid = resources.hostMemoryBytes === null;
  return {
    resources: expected(state, held),
    declaredHostBytes: resources.hostMemoryBytes,
    shapeObserved: state.observedShapes.has(shape) || (unsaid && state.launchPeaks.has(launch)),
    gpuObserved: state.observedShapes.has(shape) || isBorneOut(state, held),
    draw: drawOf(state, held),
    isKnown: isKnown(state, held),
    busy: busyOf(state, held),
    alone: held.lease.alone,
  };
}

/** What the lab has said of it last. */
export const predictedOf = ({ ledgers }: WorkerState, { ledger, lease }: HeldAttempt): Predicted =>
  ledgers.get(ledger)?.expected.get(lease.shape)?.predicted ?? lease.predicted;

const isKnown = (state: WorkerState, held: HeldAttempt): boolean =>
  state.launchPeaks.has(held.lease.launch) ||
  predictedOf(state, held).gpuBusy !== null ||
  keepsToWord(state, held.lease);

/** Whether its sweep says what it takes of a GPU, and what runs of it here has come to rest within that. */
function keepsToWord({ active }: WorkerState, { launch, resources }: Lease): boolean {
  if (resources.gpuMemoryBytes === null) return false;
  const runs = [...active].flatMap(({ lease, status }) =>
    lease.launch === launch && status.kind === 'running'
      ? [{ gpu: status.run.gpu, declaredBytes: lease.resources.gpuMemoryBytes ?? 0 }]
      : [],
  );
  return (
    runs.some(({ gpu }) => gpu.settled) &&
    runs.every(({ gpu, declaredBytes }) => (gpu.peakBytes ?? 0) <= declaredBytes)
  );
}

/** What it was seen to keep busy itself, else what its like does. */
export function busyOf(state: WorkerState, held: HeldAttempt): number | null {
  const own = held.status.kind === 'running' ? meanBusy(held.status.run) : null;
  return own ?? state.busies.get(held.lease.shape) ?? predictedOf(state, held).gpuBusy;
}

/** What its like drew of a GPU here; all of it before that was seen. */
export const drawOf = (
  { draws, launchDraws }: WorkerState,
  { lease: { shape, launch } }: HeldAttempt,
): number => draws.get(shape) ?? launchDraws.get(launch) ?? 1;

/** Whether what a sweep says of a GPU's memory, if it does, was enough for all of its like that ended here. */
function isBorneOut({ launchGpuPeaks }: WorkerState, { lease: { launch, resources } }: HeldAttempt): boolean {
  const peak = launchGpuPeaks.get(launch);
  return peak !== undefined && peak <= (resources.gpuMemoryBytes ?? Number.POSITIVE_INFINITY);
}
