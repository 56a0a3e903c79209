/** What is known here of the memory that a trial takes, by what is declared and what its like took. Bytes. */
import { largest, oneKind, predictMemory } from '../../predict/memory.ts';
import type { Lease, Predicted } from '../../protocol/messages.ts';
import type { WorkerState } from './state.ts';

/** As declared, or seen of its shape; null where neither is. @param predicted what the lab has said of it last */
export function knownHostBytes(
  { memories }: WorkerState,
  { resources, launch, shape }: Lease,
  predicted: Predicted,
): number | null {
  const kind = { launch, shape, declaredBytes: resources.hostMemoryBytes };
  return largest(predictMemory(memories.host, oneKind, kind), predicted.hostMemoryBytes);
}

/** Likewise of a GPU, of the kinds that this host has: as a rule one. */
export function knownGpuBytes(
  { memories, facts: { gpus } }: WorkerState,
  { resources, launch, shape }: Lease,
  predicted: Predicted,
): number | null {
  const kind = { launch, shape, declaredBytes: resources.gpuMemoryBytes };
  return [...new Set(gpus?.map(({ name }) => name))]
    .map((gpuName) => predictMemory(memories.gpu, gpuName, kind))
    .reduce(largest, predicted.gpuMemoryBytes);
}

/** The most that a running trial of a launch holds of the host's memory. */
export function runningHostPeak({ active }: WorkerState, launch: string): number {
  let peak = 0;
  for (const { lease, status } of active)
    if (status.kind === 'running' && lease.launch === launch)
      peak = Math.max(peak, status.run.peakBytes ?? 0);
  return peak;
}
