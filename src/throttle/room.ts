import type { HostFigures } from '../protocol/messages.ts';
import type { OurShare } from './host-load.ts';
import type { Limits } from './limits.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Memory of the host that no trial is given: other people's logins, the page cache, the kernel. */
export const headroomBytes = (totalBytes: number, limits: Limits): number =>
  Math.max(totalBytes * limits.memoryHeadroomShare, limits.memoryHeadroomBytes);

/**
 * Host memory in bytes that the next trial may be predicted to take at its peak; negative when it is overdrawn.
 *
 * Ours count with what they will take, not with what they take yet: a trial that has just started has touched
 * nothing of its peak. What is used and not measured of ours is someone else's.
 */
export function memoryRoomBytes(figures: HostFigures, ours: readonly OurShare[], limits: Limits): number {
  const total = figures.memoryTotalBytes;
  const reserved = sum(
    ours.map(({ measuredBytes, resources }) => Math.max(measuredBytes ?? 0, resources.hostMemoryBytes ?? 0)),
  );
  const used = total - figures.memoryAvailableBytes;
  const others = Math.max(0, used - sum(ours.map(({ measuredBytes }) => measuredBytes ?? 0)));
  return total - headroomBytes(total, limits) - reserved - others;
}

/** Cores that none of ours holds. */
export const freeCpus = (cpus: number, ours: readonly OurShare[]): number =>
  cpus - sum(ours.map(({ resources }) => resources.cpus));

/** Trials that may run at once. */
export const slotsOf = (cpus: number, limits: Limits): number =>
  limits.slots ?? Math.max(1, Math.ceil(cpus * limits.slotsPerCpu));
