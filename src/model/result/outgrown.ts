/** Memories that were too small for a shape: no trial of it is tried with as much once more. Pure. */
import type { AttemptEnd } from './attempt-end.ts';
import { isOwnWords } from './memory-seen.ts';
import { mostOfIt, type Shortage } from './shortage.ts';

/** By shape. */
export type Outgrown = Map<string, readonly TooSmall[]>;

export interface TooSmall {
  readonly memory: Shortage['memory'];
  /** The kind of GPU, in the driver's words; null of a host's memory, and where nobody knows. */
  readonly gpuName: string | null;
  /** What one of the shape had when it ran out, of how much. */
  readonly tookBytes: number;
  readonly ofBytes: number;
  /** Whether that is what a control group allows. */
  readonly ofGroup: boolean;
  /** What it was seen to hold, where nothing but its own words say that it ran out; null where the kernel or we ended it. */
  readonly saidAtBytes: number | null;
  /** A memory of so much is too small. */
  readonly smallBytes: number;
}

/** A device that is about as large as another is no other chance, unless it is of another kind. */
const aboutAsMuch = 1.05;

export function noteOutgrown(outgrown: Outgrown, shape: string, end: AttemptEnd): void {
  // Of ends in older ledgers nothing is known.
  const shortage = end.shortage ?? null;
  if (shortage === null) return;
  const { memory, totalBytes, ofGroup, alone } = shortage;
  const peakBytes = (memory === 'gpu' ? end.peakGpuMemoryBytes : end.peakMemoryBytes) ?? 0;
  // In company it is only known that what it held was not enough.
  const tookBytes = alone ? Math.max(peakBytes, shortage.hadBytes) : peakBytes;
  const smallBytes = alone && tookBytes >= totalBytes * mostOfIt ? totalBytes : tookBytes;
  if (smallBytes <= 0) return;
  const gpuName = memory === 'gpu' ? end.gpuName : null;
  const saidAtBytes = isOwnWords(end.outcome) ? peakBytes : null;
  const found = { memory, gpuName, tookBytes, ofBytes: totalBytes, ofGroup, saidAtBytes, smallBytes };
  outgrown.set(shape, [...(outgrown.get(shape) ?? []), found]);
}

/** What shows that a memory is too small for a shape; null where nothing does. */
export function tooSmallFor(
  outgrown: Outgrown,
  shape: string,
  of: Pick<TooSmall, 'memory' | 'gpuName'> & { readonly totalBytes: number },
): TooSmall | null {
  const shows = ({ memory, gpuName, smallBytes }: TooSmall): boolean =>
    memory === of.memory &&
    (gpuName === of.gpuName
      ? of.totalBytes <= smallBytes * aboutAsMuch
      : of.totalBytes * aboutAsMuch < smallBytes);
  return outgrown.get(shape)?.find(shows) ?? null;
}
