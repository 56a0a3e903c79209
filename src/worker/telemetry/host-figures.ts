import * as fs from 'node:fs';
import * as os from 'node:os';
import type { MeasuredFigures } from '../core/event.ts';
import { readProcessStat } from './process-stat.ts';
import { type Counters, readCounters, readMemoryPressure, readSwapIns } from './kernel-counters.ts';
import type { KernelUnits } from './kernel-units.ts';
import { OthersLoad, type OurDemand } from './others-load.ts';
import { SwapIn } from './swap-in.ts';

/** Where disk space cannot be asked for (Node before 18.15), nothing is held for want of it. */
const unknownDisk = Number.MAX_SAFE_INTEGER;

/**
 * The figures of a host, read from /proc below `root`: a second, less where a bed puts figures of its own there.
 * Without /proc (macOS) as far as Node knows them.
 */
export class HostFiguresReader {
  readonly #root: string;
  readonly #folder: string;
  readonly #units: KernelUnits;
  readonly #others = new OthersLoad();
  readonly #swapIn: SwapIn;
  #hasCounted = false;

  constructor(root: string, folder: string, units: KernelUnits) {
    this.#root = root;
    this.#folder = folder;
    this.#units = units;
    this.#swapIn = new SwapIn(units.pageBytes);
  }

  /** @throws Error where the kernel has told its counters before and does not tell them now */
  read(now: number, ours: OurDemand): Omit<MeasuredFigures, 'gpus' | 'hold'> {
    const memory = this.#memory();
    const load = this.#load();
    const counters = readCounters(this.#root, this.#units);
    return {
      load,
      othersLoad: this.#othersLoad(now, load, counters, ours),
      cores: counters?.cores || null,
      memoryPressure: readMemoryPressure(this.#root),
      swapInBytes: this.#swapIn.read(now, readSwapIns(this.#root)),
      memoryTotalBytes: memory.total,
      memoryAvailableBytes: memory.available,
      diskFreeBytes: this.#diskFree(),
      weekMinute: weekMinuteOf(new Date()),
    };
  }

  /** Without /proc, load that is more than our trials. What was there once and is not any more tells nothing. */
  #othersLoad(now: number, load: number, counters: Counters | null, ours: OurDemand): number {
    if (counters !== null) {
      this.#hasCounted = true;
      return this.#others.read(now, load, counters, ours, this.#agentCpuMs() + ours.cpuMs);
    }
    if (this.#hasCounted) throw new Error(`${this.#root}/stat could be read before, and cannot be read now`);
    return Math.max(0, load - ours.count);
  }

  /** The agent's own time and that of all trials which it has waited for. */
  #agentCpuMs(): number {
    return (readProcessStat('self')?.cpuTicks ?? 0) * this.#units.tickMs;
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
