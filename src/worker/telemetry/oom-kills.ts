import { readFileSync } from 'node:fs';

/**
 * Processes that the kernel has killed for want of memory, so far: those of our own cgroup where it counts them
 * (cgroup v2, memory.events), else the machine's; null where neither is there.
 */
export function readOomKills(root: string): number | null {
  const group = /^0::(\/.*)$/m.exec(textOf('/proc/self/cgroup'))?.[1];
  const events = group === undefined ? '' : textOf(`/sys/fs/cgroup${group}/memory.events`);
  const count =
    /^oom_kill (\d+)/m.exec(events)?.[1] ?? /^oom_kill (\d+)/m.exec(textOf(`${root}/vmstat`))?.[1];
  return count === undefined ? null : Number(count);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
