/** What the kernel counts for the whole machine, in files below `/proc`. */
import { readFileSync } from 'node:fs';
import type { KernelUnits } from './kernel-units.ts';

/** Of /proc/stat (proc_stat(5)). */
export interface Counters {
  /** Time in which cores did something, since boot, in milliseconds. */
  readonly busyMs: number;
  /** Threads that can run now, and that wait for a disk. */
  readonly running: number;
  readonly blocked: number;
  /** Cores that are there. */
  readonly cores: number;
}

/** Null where there are none. */
export function readCounters(root: string, { tickMs }: KernelUnits): Counters | null {
  const text = textOf(`${root}/stat`);
  const times = /^cpu +(.+)$/m.exec(text)?.[1];
  if (times === undefined) return null;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = times.split(' ').map(Number);
  return {
    busyMs: (user + nice + system + irq + softirq) * tickMs,
    running: Number(/^procs_running (\d+)/m.exec(text)?.[1] ?? 0),
    blocked: Number(/^procs_blocked (\d+)/m.exec(text)?.[1] ?? 0),
    cores: text.match(/^cpu\d+ /gm)?.length ?? 0,
  };
}

/**
 * Share of the last 10 s in which at least one task waited for memory (`some avg10`; Documentation/accounting/psi.rst). `full`
 * is a part of it. Null where the kernel does not tell: before 4.20, or booted with psi=0.
 */
export function readMemoryPressure(root: string): number | null {
  const percent = /^some avg10=([\d.]+)/m.exec(textOf(`${root}/pressure/memory`))?.[1];
  return percent === undefined ? null : Number(percent) / 100;
}

/** Pages that came back from swap since boot; null where the kernel does not count them. */
export function readSwapIns(root: string): number | null {
  const pages = /^pswpin (\d+)/m.exec(textOf(`${root}/vmstat`))?.[1];
  return pages === undefined ? null : Number(pages);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
