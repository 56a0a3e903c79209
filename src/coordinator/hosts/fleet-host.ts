import type { HostName, TrialId } from '../../model/ids.ts';
import type { Moment } from '../../model/ceiling.ts';
import type { HostLimits } from '../../model/inventory/inventory.ts';
import { connecting, type HostLink } from './link.ts';

/** A host of the inventory and what this coordinator knows of it now. Nothing here outlives the coordinator. */
export interface FleetHost {
  readonly name: HostName;
  /** This machine itself: that it answers says nothing of the network. */
  readonly isHere: boolean;
  listing: Listing;
  link: HostLink;
  readonly doubt: Doubt;
  readonly ceiling: CeilingWord;
  readonly use: HostUse;
  /** Ends seen from it in this term. */
  ended: number;
  /** Trials that were seen to leave a checkpoint there and have no result. */
  readonly checkpoints: Set<TrialId>;
}

/** What the inventory says of a host that decisions rest on. */
export interface Listing {
  readonly labels: readonly string[];
  readonly limits: HostLimits;
  /** Why nothing is to start there; null where it may. */
  readonly off: string | null;
  /** Silence after which what it holds may start elsewhere; null where the inventory does not say. */
  readonly lostAfterMs: number | null;
  /** Whether the inventory has it still; who was taken out of it is forgotten once nothing of ours is there. */
  readonly isListed: boolean;
}

/** What is held against a host, beside what the ledger has of it. */
interface Doubt {
  /** How often it was left out since a person trusted it, or failed when it was tried again. */
  lapses: number;
  /** By `awakeMs`, when it is tried again that is left out; null where it is not, or where a person has to mend why. */
  dueAtMs: number | null;
  /** Trials without a retry left that were queued once more, to tell whether it was its fault that they failed. */
  readonly witnesses: Set<TrialId>;
}

/** What of its places its trials have had, in milliseconds of places, the last hours most (host-use.ts). */
export interface HostUse {
  /** How many there were when it was there last. */
  places: number;
  hadMs: number;
  usedMs: number;
}

/** What its agent is to be told of what the host bears, once it is there. */
interface CeilingWord {
  /** A person trusts it again. */
  isToForget: boolean;
  /** The crash, by when the ledger has it, that was put down to a power cut; null where none was. */
  cutAt: number | null;
  /** When its connection was cut last, by `awakeMs`; null where this coordinator has not seen that. */
  goneAtMs: number | null;
  /** Its last moments, as its agent said them: if it goes down now, its next boot is told of them. */
  last: { readonly machine: string; readonly bootId: string; readonly moments: readonly Moment[] } | null;
}

export type ListedHost = Pick<FleetHost, 'name' | 'isHere'> & Omit<Listing, 'isListed'>;

/** `isMoved`: it is reached in another way, or its trials are to find other things there. */
export type EditedHost = ListedHost & { readonly isMoved: boolean };

/** A host of the inventory of which nothing is known yet. */
export const newFleetHost = ({ name, isHere, ...listing }: ListedHost): FleetHost => ({
  name,
  isHere,
  listing: listed(listing),
  link: connecting(),
  doubt: { lapses: 0, dueAtMs: null, witnesses: new Set() },
  ceiling: { isToForget: false, cutAt: null, goneAtMs: null, last: null },
  use: { places: 0, hadMs: 0, usedMs: 0 },
  ended: 0,
  checkpoints: new Set(),
});

export const listed = ({ labels, limits, off, lostAfterMs }: Omit<Listing, 'isListed'>): Listing => ({
  labels,
  limits,
  off,
  lostAfterMs,
  isListed: true,
});
