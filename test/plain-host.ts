import type { ListedHost } from '../src/coordinator/hosts/fleet-host.ts';
import { hostName } from '../src/model/ids.ts';
import type { HostLimits } from '../src/model/inventory/inventory.ts';
import { noLimits } from '../src/throttle/limits.ts';

/** A host over the network of which the inventory says nothing but its name. */
export const plainHost = (name: string, limits: HostLimits = noLimits): ListedHost => ({
  name: hostName(name),
  labels: [],
  limits,
  off: null,
  isHere: false,
  lostAfterMs: null,
});
