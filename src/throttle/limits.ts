import type { DevicePolicy, HostLimits } from '../model/inventory.ts';

/** Every number that keeps a trial from starting, in one place. Bytes, milliseconds, shares of 1. */
export interface Limits {
  /** Trials at once on the host; null for `slotsPerCpu` of its cores. */
  readonly slots: number | null;
  /** Trials at once for each core, where nobody said otherwise: what takes no core is still a process. */
  readonly slotsPerCpu: number;
  /** Cores that our trials may hold at once; null for all that the host has. */
  readonly cpus: number | null;
  /** Host memory that is left free: this share of it, and never less than `memoryHeadroomBytes`. */
  readonly memoryHeadroomShare: number;
  readonly memoryHeadroomBytes: number;
  /** Load that is not ours, for each core, from which on nothing starts. */
  readonly othersLoadPerCpu: number;
  /** Free disk under which nothing starts. */
  readonly diskFreeBytes: number;
  /** Share of host memory up to which a shape never observed starts without the ramp guard. */
  readonly rampMemoryShare: number;
  /** Figures older than this are no figures. */
  readonly staleAfterMs: number;
  /** Memory of a GPU that is left free: this share of it, or where the inventory says so these bytes. */
  readonly gpuHeadroomShare: number;
  readonly gpuHeadroomBytes: number | null;
  /** Shares of 1, degrees Celsius. */
  readonly utilisation: Marks;
  readonly temperatureCelsius: Marks;
  /** What the inventory says of single GPUs. */
  readonly devices: readonly DevicePolicy[];
}

/** A GPU takes nothing from `hold` on until it is down at `release`: one mark alone would start and hold in turn. */
export interface Marks {
  readonly hold: number;
  readonly release: number;
}

const gib = 1024 ** 3;

export const defaultLimits: Limits = {
  slots: null,
  slotsPerCpu: 4,
  cpus: null,
  memoryHeadroomShare: 0.1,
  memoryHeadroomBytes: gib,
  othersLoadPerCpu: 1,
  diskFreeBytes: 2 * gib,
  rampMemoryShare: 0.05,
  staleAfterMs: 3_000,
  gpuHeadroomShare: 0.05,
  gpuHeadroomBytes: null,
  utilisation: { hold: 0.95, release: 0.85 },
  temperatureCelsius: { hold: 85, release: 78 },
  devices: [],
};

/** Two samples, one second apart, that differ by less than this: the memory of a trial has settled. */
export const settledShare = 0.02;

/** A trial that has not touched its GPU after this is one that does not: importing a framework takes seconds. */
export const untouchedMs = 30_000;

/** An inventory that caps nothing. */
export const noLimits: HostLimits = {
  slots: null,
  cpus: null,
  load: null,
  hostMemoryBytes: null,
  diskBytes: null,
  gpuMemoryBytes: null,
  utilisation: null,
  temperatureCelsius: null,
  devices: [],
};

/** The defaults with what the inventory of the lab says of this host. */
export const limitsOf = (caps: HostLimits): Limits => ({
  ...defaultLimits,
  slots: caps.slots,
  cpus: caps.cpus,
  othersLoadPerCpu: caps.load ?? defaultLimits.othersLoadPerCpu,
  memoryHeadroomBytes: caps.hostMemoryBytes ?? defaultLimits.memoryHeadroomBytes,
  diskFreeBytes: caps.diskBytes ?? defaultLimits.diskFreeBytes,
  gpuHeadroomBytes: caps.gpuMemoryBytes,
  utilisation: movedTo(defaultLimits.utilisation, caps.utilisation),
  temperatureCelsius: movedTo(defaultLimits.temperatureCelsius, caps.temperatureCelsius),
  devices: caps.devices,
});

/** The release mark keeps its distance. */
const movedTo = ({ hold, release }: Marks, cap: number | null): Marks =>
  cap === null ? { hold, release } : { hold: cap, release: cap - (hold - release) };
