import { readdirSync, readFileSync } from 'node:fs';
import { attemptMark, paramsMark } from '../supervisor/environment.ts';
import { isAlive, type ProcessStat, readProcessStat } from './process-stat.ts';

/** A live process and the attempt in its environment; null where there is none, or it is somebody else's. */
export interface MarkedProcess {
  readonly stat: ProcessStat;
  readonly attempt: string | null;
  /** Whether there was an environment to look at: in the middle of an exec there is none, and in some processes never. */
  readonly isKnown: boolean;
}

interface Known {
  readonly startTime: number;
  readonly name: string;
  readonly attempt: string | null;
}

/**
 * The processes of this machine. An environment is read once for each program of a process: it is what that was started
 * with, and for most of a night most processes stay the same. Between its fork and its exec a process has the
 * environment of its parent, and its name too.
 */
export class ProcessTable {
  readonly #runs: string;
  #known: ReadonlyMap<number, Known> = new Map();

  /** @param runs the folder with the attempts' folders: the mark of an attempt elsewhere is another agent's */
  constructor(runs: string) {
    // Environments are read byte by byte.
    this.#runs = Buffer.from(runs).toString('latin1');
  }

  /** Whether this machine tells of its processes. */
  get isReadable(): boolean {
    return pids().length > 0;
  }

  /** All live processes; empty where there is no /proc. */
  read(): MarkedProcess[] {
    const next = new Map<number, Known>();
    const processes: MarkedProcess[] = [];
    for (const pid of pids()) {
      const stat = readProcessStat(pid);
      if (stat === null || !isAlive(stat)) continue;
      const seen = this.#known.get(pid);
      const known = seen !== undefined && isStill(seen, stat) ? seen : this.#look(stat);
      if (known !== null) next.set(pid, known);
      processes.push({ stat, attempt: known?.attempt ?? null, isKnown: known !== null });
    }
    this.#known = next;
    return processes;
  }

  /** Null in the middle of an exec, when a process has an address space and no environment yet. */
  #look({ pid, startTime, name, virtualBytes }: ProcessStat): Known | null {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      if (environment === '' && virtualBytes > 0) return null;
      return { startTime, name, attempt: this.#attemptIn(`\0${environment}`) };
    } catch {
      return { startTime, name, attempt: null };
    }
  }

  #attemptIn(environment: string): string | null {
    const attempt = valueOf(environment, attemptMark);
    const isOurs =
      attempt !== null && valueOf(environment, paramsMark) === `${this.#runs}/${attempt}/params.json`;
    return isOurs ? attempt : null;
  }
}

/** A program may write its title over its environment: the mark that was seen stays. */
const isStill = ({ startTime, name, attempt }: Known, stat: ProcessStat): boolean =>
  startTime === stat.startTime && (attempt !== null || name === stat.name);

/** The value of a variable in an environment as /proc has it: each entry between zeros. */
function valueOf(environment: string, name: string): string | null {
  const start = environment.indexOf(`\0${name}=`);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const end = environment.indexOf('\0', from);
  return environment.slice(from, end < 0 ? undefined : end);
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
