import type { HostName } from '../../model/ids.ts';
import type { HostLimits } from '../../model/inventory.ts';
import type { FleetHost } from './state.ts';

/** What the inventory says of a host that decisions rest on. */
export interface ListedHost {
  readonly name: HostName;
  readonly labels: readonly string[];
  readonly limits: HostLimits;
  /** Why it is not to be used, or null. */
  readonly off: string | null;
  /** This machine itself: that it answers says nothing of the network. */
  readonly isHere: boolean;
  /** Silence after which what it holds may start elsewhere; null where the inventory does not say. */
  readonly lostAfterMs: number | null;
}

/** `isMoved`: it is reached in another way, or its trials are to find other things there. */
export type EditedHost = ListedHost & { readonly isMoved: boolean };

/** A host of the inventory of which nothing is known yet. */
export const newFleetHost = (host: ListedHost): FleetHost => ({
  name: host.name,
  labels: host.labels,
  limits: host.limits,
  off: host.off,
  isHere: host.isHere,
  lostAfterMs: host.lostAfterMs,
  isListed: true,
  link: { kind: 'connecting', because: null },
  doing: null,
  endsWithLogin: null,
  launches: new Map(),
  failedStarts: new Map(),
  ended: 0,
  asked: new Set(),
  heldSince: null,
  heardAtMs: null,
  away: null,
  twin: null,
  stuck: null,
  lapses: 0,
  witnesses: new Set(),
  dueAtMs: null,
  checkpoints: new Set(),
});
