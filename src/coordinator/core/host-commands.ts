/** What people say of a host: drain, off, on. */
import type { Attempt } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import { isAway } from '../hosts/use.ts';
import { tryAgain } from './connections.ts';
import { isSuspect } from '../hosts/suspicion.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { forgetLapses } from '../hosts/probation.ts';
import type { CoordinatorTurn } from './turn.ts';

/** For a host that is to be free soon. */
export function drain(state: CoordinatorState, turn: CoordinatorTurn, name: HostName, now: number): string {
  const host = close(state, turn, name, 'drained', now);
  return host === null ? noHost(state, name) : `${name} drains: ${whatFollows(state, host)}`;
}

/** For a host that is not to be counted on: others are told why. */
export function switchOff(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: HostName,
  because: string,
  now: number,
): string {
  const host = close(state, turn, name, because, now);
  return host === null
    ? noHost(state, name)
    : `${name} is off, as \`status\` and \`why\` say now (${because}): ${whatFollows(state, host)}`;
}

function close(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: HostName,
  because: string,
  now: number,
): FleetHost | null {
  const host = state.fleet.get(name) ?? null;
  if (host !== null) turn.record({ kind: 'host-closed', at: now, host: host.name, because });
  return host;
}

/** What the plans that come do with what the host has (scheduler/even-out.ts): what runs is left alone. */
function whatFollows(state: CoordinatorState, host: FleetHost): string {
  const open = openOn(state, host.name);
  const running = open.filter(({ status }) => status.kind === 'running').length;
  const waiting = open.length - running;
  const parts = [
    waiting > 0
      ? `${counted(waiting, 'trial')} waiting there will run elsewhere${isAway(host) ? ', once it is reached' : ''}`
      : '',
    running > 0 ? `${counted(running, 'trial')} running there will go to the end` : '',
  ].filter((part) => part !== '');
  const rest = parts.length === 0 ? 'nothing waits or runs there' : parts.join(', ');
  return `${rest}; nothing more starts there before \`labsweep hosts on ${host.name}\``;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

export function takeInUse(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: HostName,
  now: number,
): string {
  const host = state.fleet.get(name);
  if (host === undefined) return noHost(state, name);
  const { off, isListed } = host.listing;
  if (off !== null) return isListed ? `${name} is off in the inventory: ${off}` : noHost(state, name);
  const wasAway = isAway(host);
  trust(turn, host);
  const record = state.ledger.hosts.get(host.name);
  if (record !== undefined && (record.closed ?? record.quarantine) !== null) {
    turn.record({ kind: 'host-opened', at: now, host: host.name });
    return `${name} is used again`;
  }
  if (record !== undefined && isSuspect(record))
    turn.record({ kind: 'host-trusted', at: now, host: host.name });
  return wasAway ? `${name} is tried again` : `${name} is in use`;
}

/** Who has mended a host is believed: what failed there, and what could not be made, is tried again; so is its door. */
export function trust(turn: CoordinatorTurn, host: FleetHost): void {
  forgetLapses(host);
  tryAgain(turn, host);
  const { launches, failedStarts, withoutRoom } = connectionOf(host.link) ?? {};
  failedStarts?.clear();
  withoutRoom?.clear();
  for (const [launch, { kind }] of launches ?? []) if (kind === 'refused') launches?.delete(launch);
}

export const noHost = (state: CoordinatorState, name: HostName): string =>
  `there is no host ${name}; the inventory has ${[...state.fleet.keys()].join(', ')}`;

/** What a host holds of this ledger, waiting or running. */
export const openOn = (state: CoordinatorState, host: HostName): Attempt[] =>
  [...(state.ledger.hosts.get(host)?.open ?? [])].flatMap((id) => state.ledger.attempts.get(id) ?? []);
