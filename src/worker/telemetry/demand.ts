/** Which processes want something of the host, by the states of their threads (proc_pid_stat(5)). */
import { readdirSync, readFileSync } from 'node:fs';
import { parseProcessStat, type ProcessStat } from './process-stat.ts';

export interface Demand {
  /** Threads of ours that can run, and that wait for a disk. */
  readonly runnable: number;
  readonly blocked: number;
  /** Processes of others that wait for what does not come. */
  readonly stuckOthers: number;
}

export const noDemand: Demand = { runnable: 0, blocked: 0, stuckOthers: 0 };

/** @param others those that wait in the kernel (D) */
export function demandOf(ours: readonly ProcessStat[], others: readonly number[], stuck: Stuck): Demand {
  const states = ours.flatMap(threadStates);
  const inState = (name: string): number => states.filter((state) => state === name).length;
  return { runnable: inState('R'), blocked: inState('D'), stuckOthers: stuck.look(others) };
}

/** The state of a process is that of its first thread, which often only waits for the others. */
function threadStates({ pid, state, threads }: ProcessStat): string[] {
  if (threads <= 1 || state === 'T') return [state];
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).flatMap((thread) => {
      try {
        return parseProcessStat(readFileSync(`${folder}/${thread}/stat`, 'latin1'))?.state ?? [];
      } catch {
        return []; // it has ended
      }
    });
  } catch {
    return [];
  }
}

/** Looks are a second apart, or more: whoever reads from a slow disk has got something by the third. */
const looksInVain = 10;

/**
 * Whoever waits for a file server that is gone waits for ever, and is counted among those that wait for a disk: no demand. One
 * that does get something is switched to at least once for each thing that it gets.
 */
export class Stuck {
  #waiting: ReadonlyMap<number, { readonly switches: string; readonly looks: number }> = new Map();

  /** @returns how many of these have not been switched to for a while */
  look(pids: readonly number[]): number {
    this.#waiting = new Map(
      pids.map((pid) => {
        const switches = switchesOf(pid);
        const before = this.#waiting.get(pid);
        return [pid, { switches, looks: before?.switches === switches ? before.looks + 1 : 0 }];
      }),
    );
    return [...this.#waiting.values()].filter(({ looks }) => looks >= looksInVain).length;
  }
}

/** How often it gave up its core, in the kernel's words; another process of this number has another count. */
function switchesOf(pid: number): string {
  try {
    return /^voluntary_ctxt_switches:.*$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[0] ?? '';
  } catch {
    return '';
  }
}
