import { readFileSync } from 'node:fs';
import type { ControlGroups } from './control-groups.ts';

/**
 * Processes that the kernel has killed for want of memory, so far: those of our own control group where it counts them,
 * else the machine's; null where neither is there.
 */
export function readOomKills(root: string, groups: ControlGroups): number | null {
  const own = groups.oomKills();
  if (own !== null) return own;
  const count = /^oom_kill (\d+)/m.exec(textOf(`${root}/vmstat`))?.[1];
  return count === undefined ? null : Number(count);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
