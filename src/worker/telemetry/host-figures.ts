import * as fs from 'node:fs';
import * as os from 'node:os';
import type { MeasuredFigures } from '../core/event.ts';
import { readProcessStat } from './process-stat.ts';
import type { KernelUnits } from './kernel-units.ts';

/** Where disk space cannot be asked for (Node before 18.15), nothing is held for want of it. */
const unknownDisk = Number.MAX_SAFE_INTEGER;
/** The load average's own constant: it forgets over a minute. */
const loadMemoryMs = 60_000;

/**
 * The figures of a host, read from /proc below `root`: a second, less where a bed puts figures of its own there.
 * Without /proc (macOS) as far as Node knows them.
 */
export class HostFiguresReader {
  readonly #root: string;
  readonly #folder: string;
  readonly #units: KernelUnits;
  #before: { readonly at: number; readonly busyMs: number; readonly ourMs: number } | null = null;
  #ourLoad = 0;

  constructor(root: string, folder: string, units: KernelUnits) {
    this.#root = root;
    this.#folder = folder;
    this.#units = units;
  }

  /** @param ours our running attempts: how many there are, and their CPU time so far */
  read(
    now: number,
    ours: { readonly count: number; readonly cpuMs: number },
  ): Omit<MeasuredFigures, 'gpus' | 'hold'> {
    const memory = this.#memory();
    const load = this.#load();
    return {
      load,
      othersLoad: this.#othersLoad(now, load, ours),
      memoryTotalBytes: memory.total,
      memoryAvailableBytes: memory.available,
      diskFreeBytes: this.#diskFree(),
      weekMinute: weekMinuteOf(new Date()),
    };
  }

  /**
   * Load that is not ours, in cores: what the load average remembers without ours, but no more than what is busy now.
   * The average alone would hold trials for a minute after a compilation that is over.
   */
  #othersLoad(
    now: number,
    load: number,
    running: { readonly count: number; readonly cpuMs: number },
  ): number {
    const counters = this.#counters();
    if (counters === null) return Math.max(0, load - running.count);
    const ourMs = this.#agentCpuMs() + running.cpuMs;
    const before = this.#before;
    this.#before = { at: now, busyMs: counters.busyMs, ourMs };
    if (before === null || now <= before.at) return Math.max(0, Math.min(load, counters.waiting - 1));
    const sinceMs = now - before.at;
    const ours = Math.max(0, ourMs - before.ourMs) / sinceMs;
    const keep = Math.exp(-sinceMs / loadMemoryMs);
    this.#ourLoad = this.#ourLoad * keep + ours * (1 - keep);
    const busyNow = (counters.busyMs - before.busyMs) / sinceMs - ours + counters.blocked;
    return Math.max(0, Math.min(load - this.#ourLoad, busyNow));
  }

  /** The agent's own time and that of all trials which it has waited for. */
  #agentCpuMs(): number {
    return (readProcessStat('self')?.cpuTicks ?? 0) * this.#units.tickMs;
  }

  #counters(): { busyMs: number; waiting: number; blocked: number } | null {
    const text = this.#text('stat');
    const times = /^cpu +(.+)$/m.exec(text)?.[1];
    if (times === undefined) return null;
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = times.split(' ').map(Number);
    const busyTicks = user + nice + system + irq + softirq;
    const blocked = Number(/^procs_blocked (\d+)/m.exec(text)?.[1] ?? 0);
    const running = Number(/^procs_running (\d+)/m.exec(text)?.[1] ?? 0);
    return { busyMs: busyTicks * this.#units.tickMs, waiting: running + blocked, blocked };
  }

  #load(): number {
    const load = Number.parseFloat(this.#text('loadavg'));
    return Number.isNaN(load) ? (os.loadavg()[0] ?? 0) : load;
  }

  #memory(): { total: number; available: number } {
    const text = this.#text('meminfo');
    const kib = (name: string): number =>
      Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
    const total = kib('MemTotal') * 1024;
    const available = kib('MemAvailable') * 1024;
    if (Number.isNaN(total) || Number.isNaN(available))
      return { total: os.totalmem(), available: os.freemem() };
    return { total, available };
  }

  #diskFree(): number {
    // Looked up at run time: an agent may run on Node 16, which has no statfs.
    if (typeof fs.statfsSync !== 'function') return unknownDisk;
    try {
      const { bavail, bsize } = fs.statfsSync(this.#folder);
      return bavail * bsize;
    } catch {
      return unknownDisk;
    }
  }

  #text(name: string): string {
    try {
      return fs.readFileSync(`${this.#root}/${name}`, 'latin1');
    } catch {
      return '';
    }
  }
}

/** By the clock and in the time zone of this host, from Monday 0:00. */
export const weekMinuteOf = (at: Date): number =>
  ((at.getDay() + 6) % 7) * 24 * 60 + at.getHours() * 60 + at.getMinutes();
