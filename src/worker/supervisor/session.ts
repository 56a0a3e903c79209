/** Signals to all that an attempt has started, wherever it has gone. */
import { readFileSync } from 'node:fs';
import { readProcessStat } from '../telemetry/process-stat.ts';
import { belongsTo, type MarkedProcess, type ProcessTable } from '../telemetry/process-table.ts';
import type { ProcessIdentity } from '../core/held-attempt.ts';

type SignalName = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

/** A process that forks faster than it is killed is followed this often. */
const rounds = 5;

export class Sessions {
  readonly #table: ProcessTable;

  constructor(table: ProcessTable) {
    this.#table = table;
  }

  /** To every process of the attempt. @param leader its session; null where only its mark is known */
  signal(attempt: string, leader: number | null, name: SignalName): void {
    if (leader !== null) send(-leader, name);
    for (const { stat } of this.#members(attempt, leader)) if (stat.group !== leader) send(stat.pid, name);
  }

  /** Ends what an attempt has left. Again until there is nothing new, for what forks while it is looked for. */
  killAll(attempt: string, leader: number | null): void {
    for (let round = 0; round < rounds; round += 1) {
      this.signal(attempt, leader, 'SIGKILL');
      if (this.#members(attempt, leader).length === 0) return;
    }
  }

  /**
   * Calls `act` while none of the attempt's processes runs, so that nothing writes to what it changes.
   *
   * @param goesOn whether they run afterwards
   */
  whileStopped(attempt: string, leader: number, goesOn: boolean, act: () => void): void {
    for (let round = 0; round < rounds; round += 1) {
      this.signal(attempt, leader, 'SIGSTOP');
      if (this.#members(attempt, leader).every(({ stat }) => stat.state === 'T')) break;
    }
    try {
      act();
    } finally {
      if (goesOn) this.signal(attempt, leader, 'SIGCONT');
    }
  }

  /** The wrapper of an attempt: the one of its processes that names its exit record. Null where it is gone. */
  findWrapper(attempt: string, exitRecord: string): ProcessIdentity | null {
    const found = this.#members(attempt, null).find(
      ({ stat }) => stat.session === stat.pid && names(stat.pid, exitRecord),
    );
    return found === undefined ? null : { pid: found.stat.pid, startTime: found.stat.startTime };
  }

  #members(attempt: string, leader: number | null): MarkedProcess[] {
    return this.#table.read().filter((process) => belongsTo(process, attempt, leader));
  }
}

/** Whether a process group has members: one system call, where the process table takes hundreds. */
export const groupLives = (leader: number): boolean => send(-leader, 0);

/** Whether a file is among the arguments of a process. */
function names(pid: number, file: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0${file}\0`);
  } catch {
    return false;
  }
}

/** Whether this is the process that was started, and not another that was given its number. */
export function isSameProcess({ pid, startTime }: ProcessIdentity): boolean {
  if (startTime === null) return send(pid, 0);
  const stat = readProcessStat(pid);
  return stat !== null && stat.state !== 'Z' && stat.startTime === startTime;
}

/** False where there is no such process, or it is not ours. Asked at every trial's end, so its error takes no stack. */
function send(pid: number, name: SignalName | 0): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
