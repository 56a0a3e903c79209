/** An inventory that was edited while the coordinator runs: hosts come, go and change. */
import type { HostName } from '../../model/ids.ts';
import { forgetCheckpoints } from './checkpoints.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import { noLimits } from '../../throttle/limits.ts';
import { type EditedHost, type FleetHost, listed, newFleetHost } from '../hosts/fleet-host.ts';
import { enterAnew } from './connections.ts';
import { takeBackOutdated } from './outdated.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { forgetLapses } from '../hosts/probation.ts';
import type { CoordinatorTurn } from './turn.ts';

const takenOut = 'it was taken out of the inventory';

/**
 * Who is new is entered by the plan that follows. Who was taken out is drained: what waits there is taken back, what
 * runs goes to its end, and only then is it left (visits.ts).
 */
export function takeInventory(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  hosts: readonly EditedHost[],
): void {
  state.inventoryProblem = null;
  for (const host of hosts) {
    const known = state.fleet.get(host.name);
    if (known === undefined) state.fleet.set(host.name, { ...newFleetHost(host), link: { kind: 'left' } });
    else {
      change(state, turn, known, host);
      takeBackOutdated(state, turn, host.name);
    }
  }
  const names = new Set(hosts.map(({ name }) => name));
  for (const host of state.fleet.values())
    if (!names.has(host.name)) host.listing = { ...host.listing, off: takenOut, isListed: false };
  // A coordinator that began since does not know how to reach it, and shows it as long as it holds something.
  for (const { name, open } of state.ledger.hosts.values())
    if (open.size > 0 && !state.fleet.has(name)) addTakenOut(state, turn, name);
}

function change(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  { isMoved, ...edited }: EditedHost,
): void {
  const { limits } = edited;
  const isLimited = canonicalJson(limits) !== canonicalJson(host.listing.limits);
  host.listing = listed(edited);
  if (isMoved && host.link.kind !== 'left') {
    forgetCheckpoints(state, host);
    forgetLapses(host);
    enterAnew(state, turn, host);
  } else if (isLimited && host.link.kind === 'ready')
    turn.instruct({ kind: 'send', host: host.name, message: { kind: 'limits', limits } });
}

function addTakenOut(state: CoordinatorState, turn: CoordinatorTurn, name: HostName): void {
  const host = newFleetHost({
    name,
    labels: [],
    limits: noLimits,
    off: takenOut,
    isHere: false,
    lostAfterMs: null,
  });
  state.fleet.set(name, { ...host, listing: { ...host.listing, isListed: false } });
  turn.instruct({ kind: 'enter', host: name });
}
