import type { HostLimits } from '../model/inventory.ts';

/** Every number that keeps a trial from starting, in one place. Bytes, milliseconds, shares of 1. */
export interface Limits {
  /** Trials at once on the host; null for `slotsPerCpu` of its cores. */
  readonly slots: number | null;
  /** Trials at once for each core, where nobody said otherwise: what takes no core is still a process. */
  readonly slotsPerCpu: number;
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
}

const gib = 1024 ** 3;

export const defaultLimits: Limits = {
  slots: null,
  slotsPerCpu: 4,
  memoryHeadroomShare: 0.1,
  memoryHeadroomBytes: gib,
  othersLoadPerCpu: 1,
  diskFreeBytes: 2 * gib,
  rampMemoryShare: 0.05,
  staleAfterMs: 3_000,
};

/** Two samples, one second apart, that differ by less than this: the memory of a trial has settled. */
export const settledShare = 0.02;

/** An inventory that caps nothing. */
export const noLimits: HostLimits = { slots: null, load: null, hostMemoryBytes: null, diskBytes: null };

/** The defaults with what the inventory of the lab says of this host. */
export const limitsOf = ({ slots, load, hostMemoryBytes, diskBytes }: HostLimits): Limits => ({
  ...defaultLimits,
  slots,
  othersLoadPerCpu: load ?? defaultLimits.othersLoadPerCpu,
  memoryHeadroomBytes: hostMemoryBytes ?? defaultLimits.memoryHeadroomBytes,
  diskFreeBytes: diskBytes ?? defaultLimits.diskFreeBytes,
});
