import type { DevicePolicy } from '../model/inventory.ts';
import { defaultLimits, type Limits, type Marks } from './limits.ts';

/**
 * Limits that keep to each of several, of people who use one agent with inventories of their own: what one of them
 * holds back is no more let through because another says nothing of it. The defaults where there are none.
 */
export function strictest(all: readonly Limits[]): Limits {
  const [first = defaultLimits, ...others] = all;
  return others.reduce(stricter, first);
}

const stricter = (one: Limits, other: Limits): Limits => ({
  slots: lower(one.slots, other.slots),
  slotsPerCpu: Math.min(one.slotsPerCpu, other.slotsPerCpu),
  cpus: lower(one.cpus, other.cpus),
  memoryHeadroomShare: Math.max(one.memoryHeadroomShare, other.memoryHeadroomShare),
  memoryHeadroomBytes: Math.max(one.memoryHeadroomBytes, other.memoryHeadroomBytes),
  othersLoadPerCpu: Math.min(one.othersLoadPerCpu, other.othersLoadPerCpu),
  diskFreeBytes: Math.max(one.diskFreeBytes, other.diskFreeBytes),
  rampMemoryShare: Math.min(one.rampMemoryShare, other.rampMemoryShare),
  staleAfterMs: Math.min(one.staleAfterMs, other.staleAfterMs),
  gpuHeadroomShare: Math.max(one.gpuHeadroomShare, other.gpuHeadroomShare),
  gpuHeadroomBytes: higher(one.gpuHeadroomBytes, other.gpuHeadroomBytes),
  utilisation: lowerMarks(one.utilisation, other.utilisation),
  temperatureCelsius: lowerMarks(one.temperatureCelsius, other.temperatureCelsius),
  // The first that is said of a GPU holds.
  devices: [...one.devices, ...other.devices].sort((a, b) => strictness(b) - strictness(a)),
});

const lower = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

const higher = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

const lowerMarks = (one: Marks, other: Marks): Marks => (other.hold < one.hold ? other : one);

function strictness({ off, owner, policy }: DevicePolicy): number {
  if (off !== null) return 3;
  if (policy === 'reserved') return 2;
  return policy === 'idle-only' || (policy === null && owner !== null) ? 1 : 0;
}
