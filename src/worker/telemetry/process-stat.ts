import { readFileSync } from 'node:fs';

/** One line of /proc/PID/stat (proc_pid_stat(5)). Times in clock ticks. */
export interface ProcessStat {
  readonly pid: number;
  /** Of its program, cut by the kernel to 15 bytes; another one after an exec. */
  readonly name: string;
  /** R running, S asleep, D in the kernel, T stopped, Z dead and not yet waited for, … */
  readonly state: string;
  readonly group: number;
  readonly session: number;
  /** Its own, and that of the children that it has waited for. */
  readonly cpuTicks: number;
  readonly threads: number;
  readonly startTime: number;
  /** Of its address space; 0 for a thread of the kernel. */
  readonly virtualBytes: number;
  /** Few pages may be told as none: the kernel counts by processor (percpu_counter, Linux 6.2). */
  readonly residentPages: number;
}

export function parseProcessStat(text: string): ProcessStat | null {
  // The name is in brackets and may itself hold brackets and spaces: what counts begins behind the last one.
  const behindName = text.lastIndexOf(')');
  const fields = text.slice(behindName + 2).split(' ');
  const pid = Number.parseInt(text, 10);
  const [state] = fields;
  if (behindName < 0 || state === undefined || Number.isNaN(pid) || fields.length < 22) return null;
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, behindName),
    state,
    group: Number(fields[2]),
    session: Number(fields[3]),
    cpuTicks: Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
    threads: Number(fields[17]),
    startTime: Number(fields[19]),
    virtualBytes: Number(fields[20]),
    residentPages: Number(fields[21]),
  };
}

/** Null where there is no such process, or no /proc. */
export function readProcessStat(pid: number | 'self'): ProcessStat | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** The real user of a process; null where it is gone, or hidden (proc(5), hidepid). */
export function uidOf(pid: number): number | null {
  try {
    const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return uid === undefined ? null : Number(uid);
  } catch {
    return null;
  }
}

/** A zombie has ended: it only waits to be counted. */
export const isAlive = ({ state }: ProcessStat): boolean => state !== 'Z' && state !== 'X';
