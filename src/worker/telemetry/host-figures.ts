import * as fs from 'node:fs';
import * as os from 'node:os';
import type { MeasuredFigures } from '../core/event.ts';
import { readProcessStat } from './process-stat.ts';
import { type Counters, readCounters, readMemoryPressure, readSwapIns } from './kernel-counters.ts';
import type { ControlGroups } from './control-groups.ts';
import { diskFree } from './disk-free.ts';
import { readMemory } from './host-memory.ts';
import type { KernelUnits } from './kernel-units.ts';
import { OthersLoad, type OurDemand } from './others-load.ts';
import { SwapIn } from './swap-in.ts';

/**
 * The figures of a host, read from /proc below `root`: a second, less where a bed puts figures of its own there; and of
 * its memory what control groups leave of it. Without /proc (macOS) as far as Node knows them.
 */
export class HostFiguresReader {
  readonly #root: string;
  readonly #folder: string;
  readonly #units: KernelUnits;
  readonly #others = new OthersLoad();
  readonly #swapIn: SwapIn;
  readonly #groups: ControlGroups;
  #hasCounted = false;

  constructor(root: string, folder: string, units: KernelUnits, groups: ControlGroups) {
    this.#root = root;
    this.#folder = folder;
    this.#units = units;
    this.#groups = groups;
    this.#swapIn = new SwapIn(units.pageBytes);
  }

  /** @throws Error where the kernel has told its counters before and does not tell them now */
  read(now: number, ours: OurDemand): Omit<MeasuredFigures, 'gpus' | 'hold'> {
    const memory = readMemory(this.#root, this.#groups);
    const load = this.#load();
    const counters = readCounters(this.#root, this.#units);
    return {
      load,
      othersLoad: this.#othersLoad(now, load, counters, ours),
      cores: counters?.cores || null,
      memoryPressure: readMemoryPressure(this.#root),
      swapInBytes: this.#swapIn.read(now, readSwapIns(this.#root)),
      memoryTotalBytes: memory.totalBytes,
      memoryAvailableBytes: memory.availableBytes,
      memoryOfGroup: memory.ofGroup,
      diskFreeBytes: diskFree(this.#folder),
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
