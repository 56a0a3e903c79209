/** Which hosts a coordinator is connected to: those where something may start, or something of it is left. */
import { keepsCheckpoint } from './checkpoints.ts';
import { isWanted } from '../hosts/use.ts';
import { turnTo, tryAgain } from './connections.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connecting } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/**
 * A host on which a person wants nothing to start, or that is quarantined, is left once what it was given has come
 * back; its agent ends itself when nobody else has work for it. It is entered again when it may be used again.
 */
export function comeAndGo(state: CoordinatorState, turn: CoordinatorTurn): void {
  for (const host of state.fleet.values()) {
    const isLeft = host.link.kind === 'left';
    if (isLeft === !isVisited(state, host)) continue;
    turnTo(state, host, isLeft ? connecting() : { kind: 'left' });
    turn.instruct({ kind: isLeft ? 'enter' : 'leave', host: host.name });
    if (!host.listing.isListed) forget(state, turn, host);
  }
}

/** Its machine may have another entry by now, which was refused as the second of the two. */
function forget(state: CoordinatorState, turn: CoordinatorTurn, { name }: FleetHost): void {
  state.fleet.delete(name);
  for (const host of state.fleet.values()) tryAgain(turn, host);
}

export const isVisited = (state: CoordinatorState, host: FleetHost): boolean =>
  isWanted(state, host) ||
  (state.ledger.hosts.get(host.name)?.open.size ?? 0) > 0 ||
  keepsCheckpoint(state, host) ||
  [...state.ledger.awaited.keys()].some((id) => state.ledger.attempts.get(id)?.host === host.name);
