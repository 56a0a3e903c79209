import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as os from 'node:os';
import type { ControlGroups } from './control-groups.ts';

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

/**
 * Cores that this process may use: its affinity, which a cpuset narrows, and the quota of a control group above it where
 * that is less. At least 1.
 */
export function usableCpus(groups: ControlGroups): number {
  const allowed = coresOfList(/^Cpus_allowed_list:\s*(.*)$/m.exec(textOf('/proc/self/status'))?.[1] ?? '');
  const cores = allowed > 0 ? allowed : os.cpus().length;
  return Math.max(1, Math.floor(Math.min(cores, groups.cores() ?? cores)));
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
