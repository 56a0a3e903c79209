import type { DevicePolicy } from '../model/inventory/inventory.ts';
import { stricterValues } from '../model/limits/limit-values.ts';
import { defaultLimits, type Limits } from './limits.ts';

/**
 * Limits that keep to each of several, of people who use one agent with inventories of their own: what one of them
 * holds back is no more let through because another says nothing of it. The defaults where there are none.
 */
export function strictest(all: readonly Limits[]): Limits {
  const [first = defaultLimits, ...others] = all;
  return others.reduce(stricter, first);
}

const stricter = (one: Limits, other: Limits): Limits => ({
  ...stricterValues(one, other),
  // The first that is said of a GPU holds.
  devices: [...one.devices, ...other.devices].sort((a, b) => strictness(b) - strictness(a)),
});

function strictness({ off, owner, policy, hours }: DevicePolicy): number {
  if (off !== null) return 4;
  if (policy === 'reserved') return hours === null ? 3 : 2;
  return policy === 'idle-only' || (policy === null && owner !== null) ? 1 : 0;
}
