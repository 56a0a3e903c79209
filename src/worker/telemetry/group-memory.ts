/** How much memory a control group lets its processes have, and how much of it they have. Pure. */

export interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}

export interface UsableMemory extends Memory {
  /** A control group allows less than the machine has. */
  readonly ofGroup: boolean;
}

/** The texts of a group's files; empty where there is no such file. */
export interface GroupTexts {
  readonly limits: readonly string[];
  readonly usage: string;
  readonly stat: string;
}

/**
 * Null where it has no limit. Of several limits the lowest counts: over `memory.high` its processes are slowed until
 * they have given back (Documentation/admin-guide/cgroup-v2.rst). In version 1 `memory.stat` has the lowest of all groups
 * above as well, of those too that a container does not see. Swap is not memory.
 */
export function memoryOf({ limits, usage, stat }: GroupTexts): Memory | null {
  const totalBytes = Math.min(...limits.map(bytesIn), bytesIn(wordOf(stat, 'hierarchical_memory_limit')));
  const usedBytes = Number(usage.trim() || Number.NaN);
  if (!Number.isFinite(totalBytes) || !Number.isFinite(usedBytes)) return null;
  return {
    totalBytes,
    availableBytes: Math.max(0, totalBytes - Math.max(0, usedBytes - reclaimableBytes(stat))),
  };
}

/**
 * What its processes have read of files is given up for them: all that was not read again lately, and as the kernel has it
 * for the machine (si_mem_available), half of the whole. Version 1 sums groups below as `total_`.
 */
function reclaimableBytes(stat: string): number {
  const inactive = bytesOrNone(stat, 'inactive_file');
  const active = bytesOrNone(stat, 'active_file');
  return Math.max(inactive, (inactive + active) / 2);
}

const bytesOrNone = (stat: string, name: string): number =>
  Number(wordOf(stat, `total_${name}`) || wordOf(stat, name) || 0);

const wordOf = (stat: string, name: string): string =>
  new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? '';

/** `max` is none in version 2; in version 1 that is the largest number of whole pages. */
function bytesIn(text: string): number {
  const bytes = Number(text.trim() || Number.NaN);
  return Number.isNaN(bytes) || bytes >= noLimitBytes ? Number.POSITIVE_INFINITY : bytes;
}

const noLimitBytes = 2 ** 62;

/** What a process can count on that all of these hold for: the least of each. */
export const leastOf = (machine: Memory, groups: readonly Memory[]): UsableMemory => ({
  totalBytes: Math.min(machine.totalBytes, ...groups.map(({ totalBytes }) => totalBytes)),
  ofGroup: groups.some(({ totalBytes }) => totalBytes < machine.totalBytes),
  availableBytes: Math.min(machine.availableBytes, ...groups.map(({ availableBytes }) => availableBytes)),
});

/** Cores by a quota; null where there is none. `cpu.max` of version 2 is `quota period`, `max` for no quota. */
export function coresOfQuota(quota: string, period: string): number | null {
  const cores = Number(quota.trim() || Number.NaN) / Number(period.trim() || Number.NaN);
  return cores > 0 && Number.isFinite(cores) ? cores : null;
}
