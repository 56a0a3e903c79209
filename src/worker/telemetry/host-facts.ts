import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as os from 'node:os';

/** Whom this process runs as; its number where the machine has no name for it. */
export function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}

/** Another after each boot: what ran before it is gone. */
export const bootId = (): string => textOf('/proc/sys/kernel/random/boot_id').trim() || bootTimeOfMac();

/** Cores that this process may use: its affinity, and the quota of its cgroup where that is less. At least 1. */
export function usableCpus(): number {
  const allowed = coresOfList(/^Cpus_allowed_list:\s*(.*)$/m.exec(textOf('/proc/self/status'))?.[1] ?? '');
  const cores = allowed > 0 ? allowed : os.cpus().length;
  return Math.max(1, Math.floor(Math.min(cores, cgroupCores() ?? cores)));
}

/** `0-3,8` is five. */
export function coresOfList(list: string): number {
  let count = 0;
  for (const part of list.split(',').filter((text) => text.trim() !== '')) {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    if (to >= from) count += to - from + 1;
  }
  return count;
}

/** The quota of our cgroup or one above it, in cores (cpu.max of v2, cpu.cfs_quota_us of v1); null where there is none. */
function cgroupCores(): number | null {
  const group = /^0::(\/.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1] ?? '/';
  const quotas: number[] = [];
  const parts = group.split('/').filter((part) => part !== '');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = ['/sys/fs/cgroup', ...parts.slice(0, depth)].join('/');
    const [quota, period] = textOf(`${folder}/cpu.max`).trim().split(' ').map(Number);
    if (quota !== undefined && period !== undefined && quota / period > 0) quotas.push(quota / period);
  }
  const quota = Number(textOf('/sys/fs/cgroup/cpu/cpu.cfs_quota_us') || Number.NaN);
  const period = Number(textOf('/sys/fs/cgroup/cpu/cpu.cfs_period_us') || Number.NaN);
  if (quota > 0 && period > 0) quotas.push(quota / period);
  return quotas.length === 0 ? null : Math.min(...quotas);
}

function bootTimeOfMac(): string {
  try {
    return execFileSync('sysctl', ['-n', 'kern.boottime'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
