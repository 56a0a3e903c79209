import * as fs from 'node:fs';
import * as os from 'node:os';
import type { ControlGroups } from './control-groups.ts';
import { leastOf, type Memory, type UsableMemory } from './group-memory.ts';

/** The memory that trials of ours can have: the machine's, or that of a control group above us where it is less. */
export const readMemory = (procRoot: string, groups: ControlGroups): UsableMemory =>
  leastOf(machineMemory(procRoot), groups.memory());

function machineMemory(procRoot: string): Memory {
  const text = textOf(`${procRoot}/meminfo`);
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024;
  const [totalBytes, availableBytes] = [bytes('MemTotal'), bytes('MemAvailable')];
  return Number.isNaN(totalBytes) || Number.isNaN(availableBytes)
    ? { totalBytes: os.totalmem(), availableBytes: os.freemem() }
    : { totalBytes, availableBytes };
}

function textOf(path: string): string {
  try {
    return fs.readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
