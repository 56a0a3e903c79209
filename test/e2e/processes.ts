/** Which processes of this machine belong to a test's lab: all that it starts inherit its HOME. */
import { readdirSync, readFileSync } from 'node:fs';

export interface LabProcess {
  readonly pid: number;
  readonly command: string;
  readonly isAgent: boolean;
}

/** @param home the value of HOME that the lab's commands run with */
export function processesOf(home: string): LabProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const environment = textOf(`/proc/${pid}/environ`);
      if (!`\0${environment}`.includes(`\0HOME=${home}\0`)) return [];
      const words = textOf(`/proc/${pid}/cmdline`).split('\0');
      const command = words.join(' ').trim();
      if (command.includes('labsweep launcher')) return []; // a part of its agent, which ends with it
      const isAgent = words.some((word, at) => /\/agent\/\w+\.mjs$/.test(word) && words[at + 1] === 'serve');
      return [{ pid: Number(pid), command, isAgent }];
    });
}

/** Empty where the process is gone, a zombie or not ours. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It was faster.
  }
}
