import type { AttemptEnd } from './attempt-end.ts';
import { isResult, type Outcome } from './outcome.ts';
import type { Shortage } from './shortage.ts';

interface Taken {
  readonly peakBytes: number;
  /** What it had at most when it ended for want of this memory; null where it came to its end. */
  readonly ranOutAtBytes: number | null;
}

/** What an end tells of the memory that its like needs; null where it tells nothing. What came to its end has had its peak. */
export function memorySeen(end: AttemptEnd): { readonly gpu: Taken | null; readonly host: Taken | null } {
  const { outcome, device, peakMemoryBytes, peakGpuMemoryBytes } = end;
  const isOnGpu = device !== null && device !== 'cpu';
  const memory = memoryShort(end);
  if (memory !== null) {
    const peakBytes = (memory === 'gpu' ? peakGpuMemoryBytes : peakMemoryBytes) ?? 0;
    const taken = { peakBytes, ranOutAtBytes: Math.max(peakBytes, wentFor(end)) };
    return { gpu: memory === 'gpu' ? taken : null, host: memory === 'host' ? taken : null };
  }
  if (!isResult(outcome.kind)) return { gpu: null, host: null };
  return {
    gpu:
      isOnGpu && peakGpuMemoryBytes !== null ? { peakBytes: peakGpuMemoryBytes, ranOutAtBytes: null } : null,
    host: peakMemoryBytes === null ? null : { peakBytes: peakMemoryBytes, ranOutAtBytes: null },
  };
}

/** The memory that an attempt ran out of; null where it did not end for that. Agents of before do not say which. */
function memoryShort({ outcome, device, shortage }: AttemptEnd): Shortage['memory'] | null {
  if (outcome.kind === 'oom') return shortage?.memory ?? memoryOf(outcome, device);
  return outcome.kind === 'evicted' ? (shortage?.memory ?? null) : null;
}

/**
 * All that was left for it, where it is known to have wanted more than that: it was alone, or so full was the host that the
 * kernel killed. It may have taken most of it after its last sample.
 */
const wentFor = ({ outcome, shortage }: AttemptEnd): number =>
  shortage && (shortage.alone || isKernels(outcome)) ? shortage.hadBytes : 0;

const isKernels = (outcome: Outcome): boolean =>
  outcome.kind === 'oom' && outcome.message.includes('the kernel');

/** Whether nothing but the words of its program say that memory ran out. */
export const isOwnWords = (outcome: Outcome): boolean => outcome.kind === 'oom' && !isKernels(outcome);

/** What is said of the host's memory also by who has a GPU; of the other words, the GPU's is the one that programs speak of. */
const wordsOfHost =
  /DefaultCPUAllocator|memory allocation of|MemoryError|bad_alloc|allocate (?:memory|vector)|rrno[ :=]*12|ENOMEM|JavaScript heap/;

export const memoryOf = (
  outcome: Extract<Outcome, { kind: 'oom' }>,
  device: string | null,
): Shortage['memory'] =>
  device === null || device === 'cpu' || isKernels(outcome) || wordsOfHost.test(outcome.message)
    ? 'host'
    : 'gpu';
