import type { HostName } from '../../model/ids.ts';
import type { HostLimits } from '../../model/inventory.ts';
import type { FleetHost } from './state.ts';

/** A host of the inventory of which nothing is known yet. @param off why it is not to be used, or null */
export const newFleetHost = (host: {
  readonly name: HostName;
  readonly labels: readonly string[];
  readonly limits: HostLimits;
  readonly off: string | null;
}): FleetHost => ({
  name: host.name,
  labels: host.labels,
  limits: host.limits,
  link: host.off === null ? { kind: 'connecting', because: null } : { kind: 'off', because: host.off },
  doing: null,
  endsWithLogin: null,
  launches: new Map(),
  ended: 0,
  asked: new Set(),
  heldSince: null,
  lostAt: null,
  stuck: null,
  failures: [],
  othersSucceed: false,
});
