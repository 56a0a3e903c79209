import { readdirSync, readFileSync } from 'node:fs';
import { attemptMark } from '../supervisor/environment.ts';
import { isAlive, type ProcessStat, readProcessStat } from './process-stat.ts';

/** A live process and the attempt in its environment; null where there is none, or it is somebody else's. */
export interface MarkedProcess {
  readonly stat: ProcessStat;
  readonly attempt: string | null;
}

interface Known {
  readonly startTime: number;
  readonly attempt: string | null;
}

/**
 * The processes of this machine. An environment is read once for each process: it is what the program was started
 * with, and for most of a night most processes stay the same.
 */
export class ProcessTable {
  #known: ReadonlyMap<number, Known> = new Map();

  /** All live processes; empty where there is no /proc. */
  read(): MarkedProcess[] {
    const next = new Map<number, Known>();
    const processes: MarkedProcess[] = [];
    for (const pid of pids()) {
      const stat = readProcessStat(pid);
      if (stat === null || !isAlive(stat)) continue;
      const known = this.#known.get(pid);
      const marked =
        known?.startTime === stat.startTime ? known : { startTime: stat.startTime, attempt: markOf(pid) };
      next.set(pid, marked);
      processes.push({ stat, attempt: marked.attempt });
    }
    this.#known = next;
    return processes;
  }
}

/** What an attempt is known by among processes: its session, or its mark where a process has left that. */
export const belongsTo = (process: MarkedProcess, attempt: string, session: number | null): boolean =>
  process.attempt === attempt || (session !== null && process.stat.session === session);

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid > 0);
  } catch {
    return [];
  }
}

function markOf(pid: number): string | null {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    const start = `\0${environment}`.indexOf(`\0${attemptMark}=`);
    if (start < 0) return null;
    const from = start + attemptMark.length + 1;
    const end = environment.indexOf('\0', from);
    return environment.slice(from, end < 0 ? undefined : end);
  } catch {
    return null;
  }
}
