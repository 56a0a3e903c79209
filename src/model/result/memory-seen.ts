import type { AttemptEnd } from './attempt-end.ts';
import { isResult } from './outcome.ts';

interface Seen {
  readonly peakBytes: number;
  /** It wanted more than there was. */
  readonly ranOut: boolean;
}

/**
 * What an end tells of the memory that its like needs; null where it tells nothing. What came to its end has had its peak;
 * of two memories that may have run out, the GPU's is the one that programs speak of.
 */
export function memorySeen({ outcome, device, peakMemoryBytes, peakGpuMemoryBytes }: AttemptEnd): {
  readonly gpu: Seen | null;
  readonly host: Seen | null;
} {
  const isOnGpu = device !== null && device !== 'cpu';
  if (outcome.kind === 'oom') {
    const isHosts = !isOnGpu || outcome.message.includes('the kernel');
    return {
      gpu: isHosts ? null : { peakBytes: peakGpuMemoryBytes ?? 0, ranOut: true },
      host: isHosts ? { peakBytes: peakMemoryBytes ?? 0, ranOut: true } : null,
    };
  }
  if (!isResult(outcome.kind)) return { gpu: null, host: null };
  return {
    gpu: isOnGpu && peakGpuMemoryBytes !== null ? { peakBytes: peakGpuMemoryBytes, ranOut: false } : null,
    host: peakMemoryBytes === null ? null : { peakBytes: peakMemoryBytes, ranOut: false },
  };
}
