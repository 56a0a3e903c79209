/** Two entries of the inventory that are one machine: of one agent, one of them is used. */
import { givenUp } from './hosts.ts';
import { connectionOf } from '../hosts/link.ts';
import { enterAnew } from './connections.ts';
import type { CoordinatorEvent } from './events.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/**
 * The agent of a host serves another entry, which came first. What was leased to this one is heard of over that
 * connection, once it begins anew and the agent tells of all that it has.
 */
export function foundTwin(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  { host: name, of, because }: Extract<CoordinatorEvent, { kind: 'host-is-twin' }>,
): void {
  givenUp(state, name, because);
  const host = state.fleet.get(name);
  const other = state.fleet.get(of);
  if (host === undefined || other === undefined) return;
  // What it holds is not silent: the other entry speaks of it.
  if (host.link.kind !== 'left') host.link = { kind: 'twin', of, because };
  if (connectionOf(other.link) !== null && hasSomethingThere(state, host)) enterAnew(state, turn, other);
}

const hasSomethingThere = ({ ledger }: CoordinatorState, { name }: FleetHost): boolean =>
  (ledger.hosts.get(name)?.open.size ?? 0) > 0 ||
  [...ledger.awaited.keys()].some((id) => ledger.attempts.get(id)?.host === name);
