/** A server at one second of the night: what runs on it, and whether it bears that. */
import { isThere, type Owner, processesOf } from './owners.ts';
import { type Gpu, gib, type Machine, restWatts } from './machines.ts';
import type { Training } from './training.ts';

/** What a host holds of its memory, and a GPU of its own, before anybody uses them. */
export const systemBytes = 1.5 * gib;
export const driverBytes = 0.2 * gib;

/** Of its limit, what a GPU takes that does nothing. */
const idleShare = 0.12;
const roomCelsius = 28;
/** Fans are never quite as good as the sheet says. */
const dust = 1.06;
/** In which a GPU comes two thirds of the way to the heat that its power ends in. */
const heatsSeconds = 150;
/** From here on it takes its server down. */
export const fatalCelsius = 93;
const afterRebootCelsius = 50;
/** A supply bears more than it gives for so long. */
const bearsSeconds = 3;
const rebootSeconds = 900;
/** What each further process on a GPU costs all of them: the driver switches between them. */
const switching = 0.04;

/** What a GPU takes whose processes would keep it busy so much. */
export const wattsOf = ({ limitWatts }: Gpu, wanted: number): number =>
  limitWatts * (idleShare + (1 - idleShare) * Math.min(1, wanted));

/** The heat that it comes to in the end. */
export const celsiusOf = ({ riseCelsius }: Machine, { limitWatts }: Gpu, watts: number): number =>
  roomCelsius + riseCelsius * (watts / limitWatts) * dust;

/** What several processes on one GPU slow each other by. */
export const slowedBy = (wanted: number, processes: number): number =>
  Math.max(1, wanted) * (1 + switching * Math.max(0, processes - 1));

export type Crash = 'memory' | 'power' | 'heat';

export interface GpuNow {
  readonly gpu: Gpu;
  celsius: number;
  watts: number;
  /** Shares that its processes would keep busy: over 1 they slow each other. */
  wanted: number;
}

export class Server {
  readonly machine: Machine;
  readonly gpus: readonly GpuNow[];
  trainings: Training[] = [];
  boots = 1;
  bootedAt = 0;
  /** It is down until then, in seconds of the night. */
  upAt = 0;
  readonly #owners: readonly Owner[];
  /** Owners that have the memory they came for. */
  readonly #served = new Set<Owner>();
  #overSeconds = 0;

  constructor(machine: Machine, owners: readonly Owner[]) {
    this.machine = machine;
    this.gpus = machine.gpus.map((gpu) => ({ gpu, celsius: 35, watts: 0, wanted: 0 }));
    this.#owners = owners.filter((owner) => owner.machine === machine);
  }

  isUp(second: number): boolean {
    return second >= this.upAt;
  }

  ownersAt(second: number): Owner[] {
    return this.#owners.filter((owner) => isThere(owner, second));
  }

  on(index: number): Training[] {
    return this.trainings.filter(({ gpu }) => gpu === index);
  }

  usedBytes(): number {
    const ours = this.trainings.reduce((sum, { held }) => sum + held.hostBytes, 0);
    return systemBytes + ours + [...this.#served].reduce((sum, { hostBytes }) => sum + hostBytes, 0);
  }

  gpuUsedBytes(index: number): number {
    const ours = this.on(index).reduce((sum, { held }) => sum + held.gpuBytes, 0);
    return driverBytes + ours + this.othersBytes(index);
  }

  othersBytes(index: number): number {
    return [...this.#served].reduce(
      (sum, { gpus, gpuBytes }) => sum + (gpus.includes(index) ? gpuBytes : 0),
      0,
    );
  }

  watts(): number {
    return restWatts + this.gpus.reduce((sum, { watts }) => sum + watts, 0);
  }

  /**
   * Owners come and go. @returns of those that are there the share of this second that was not theirs as it should be
   */
  serveOwners(second: number): { readonly wanted: number; readonly disturbed: number } {
    const here = this.ownersAt(second);
    for (const owner of this.#served) if (!here.includes(owner)) this.#served.delete(owner);
    if (!this.isUp(second)) {
      this.#served.clear();
      return { wanted: here.length, disturbed: here.length };
    }
    for (const owner of here)
      if (!this.#served.has(owner) && this.#hasRoomFor(owner)) this.#served.add(owner);
    let disturbed = 0;
    for (const owner of here) {
      const slowed = owner.gpus.filter((index) => this.shareOn(index, second) < 0.95).length;
      disturbed += this.#served.has(owner) ? slowed / owner.gpus.length : 1;
    }
    return { wanted: here.length, disturbed };
  }

  #hasRoomFor({ gpus, gpuBytes, hostBytes }: Owner): boolean {
    const hasGpus = gpus.every(
      (index) => this.gpuUsedBytes(index) + gpuBytes <= (this.gpus[index]?.gpu.bytes ?? 0),
    );
    return hasGpus && this.usedBytes() + hostBytes < this.machine.bytes;
  }

  /** Of its full speed, what each process on a GPU gets. */
  shareOn(index: number, second: number): number {
    const { wanted, processes } = this.demandOn(index, second);
    return 1 / slowedBy(wanted, processes);
  }

  /** What the processes on a GPU would keep busy of it, together. */
  demandOn(index: number, second: number): { readonly wanted: number; readonly processes: number } {
    const owners = this.ownersAt(second).filter(
      (owner) => this.#served.has(owner) && owner.gpus.includes(index),
    );
    const ours = this.on(index).filter((training) => training.isComputing);
    const oursWant = ours.reduce((sum, { trial }) => sum + trial.busy, 0);
    const theyWant = owners.reduce((sum, { busy }) => sum + busy, 0);
    return { wanted: oursWant + theyWant, processes: ours.length + owners.length };
  }

  /** Of a core, what each of ours gets. */
  coreShare(second: number): number {
    const wanted =
      this.trainings.filter(({ isSuspended }) => !isSuspended).length + processesOf(this.ownersAt(second));
    return Math.min(1, this.machine.cores / Math.max(1, wanted));
  }

  /** A second of power and heat. @returns what takes it down; null where it bears all */
  wear(): Crash | null {
    for (const now of this.gpus) {
      now.watts = wattsOf(now.gpu, now.wanted);
      now.celsius += (celsiusOf(this.machine, now.gpu, now.watts) - now.celsius) / heatsSeconds;
    }
    this.#overSeconds = this.watts() > this.machine.supplyWatts ? this.#overSeconds + 1 : 0;
    if (this.usedBytes() > this.machine.bytes) return 'memory';
    if (this.#overSeconds > bearsSeconds) return 'power';
    return this.gpus.some(({ celsius }) => celsius > fatalCelsius) ? 'heat' : null;
  }

  goDown(second: number): void {
    this.upAt = second + rebootSeconds;
    this.boots += 1;
    this.bootedAt = this.upAt;
    this.#overSeconds = 0;
    this.#served.clear();
    for (const gpu of this.gpus) gpu.celsius = afterRebootCelsius;
  }
}
