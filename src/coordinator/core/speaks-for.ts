/** Of whose attempts a host may speak: its own. A host is trusted with what it was given, and with nothing else. */
import type { Attempt } from '../../ledger/state.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { twinOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** The attempt, if the host may speak of it; else null. */
export function attemptOf(state: CoordinatorState, host: FleetHost, id: AttemptId): Attempt | null {
  const attempt = state.ledger.attempts.get(id);
  if (attempt === undefined || attempt.importedFrom !== null) return null;
  return speaksFor(state, host, attempt.host) ? attempt : null;
}

/**
 * A machine has other names where the inventory lists it twice, of which one entry is not used, and where its entry was
 * renamed: then nobody else is left who could speak of what was leased to the former name.
 */
function speaksFor({ fleet }: CoordinatorState, { name, listing }: FleetHost, leasedTo: HostName): boolean {
  if (leasedTo === name) return true;
  const other = fleet.get(leasedTo);
  if (!listing.isListed) return false;
  if (other === undefined || !other.listing.isListed) return true;
  return twinOf(other.link) === name;
}

/** The names under which something may have been leased to this machine. */
export const namesOf = (state: CoordinatorState, host: FleetHost): HostName[] =>
  [...state.ledger.hosts.keys()].filter((name) => speaksFor(state, host, name));

/** What waits or runs there as far as the ledger knows, whatever it was called when it was leased. */
export const openThere = (state: CoordinatorState, host: FleetHost): AttemptId[] =>
  namesOf(state, host).flatMap((name) => [...(state.ledger.hosts.get(name)?.open ?? [])]);
