/** The numbers that the rules go by on a host. The table of them is model/limits/limit-table.ts. */
import type { DevicePolicy, HostLimits } from '../model/inventory/inventory.ts';
import { readLimits } from '../model/limits/limit-settings.ts';
import { type LimitValues, limitValues } from '../model/limits/limit-values.ts';

export interface Limits extends LimitValues {
  /** What the inventory says of single GPUs. */
  readonly devices: readonly DevicePolicy[];
}

/** An inventory that sets nothing. */
export const noLimits: HostLimits = { ...readLimits({}), devices: [] };

/** It is asked several times for each host in each plan, and what an inventory says stays for hours. */
const known = new WeakMap<HostLimits, Limits>();

/** The defaults with what the inventory of the lab says of this host. */
export function limitsOf(said: HostLimits): Limits {
  const found = known.get(said);
  if (found !== undefined) return found;
  const limits = { ...limitValues(said), devices: said.devices };
  known.set(said, limits);
  return limits;
}

export const defaultLimits: Limits = limitsOf(noLimits);

/** Two samples, one second apart, that differ by less than this: the memory of a trial has settled. */
export const settledShare = 0.02;

/** A trial that has not touched its GPU after this is one that does not: importing a framework takes seconds. */
export const untouchedMs = 30_000;
