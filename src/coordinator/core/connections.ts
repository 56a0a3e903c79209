/** Where a host goes from one state to another (hosts/link.ts). */
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connecting, type HostLink, silenceOf, twinOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { isAway } from '../hosts/use.ts';
import { forgetCarries } from './checkpoints.ts';
import type { CoordinatorTurn } from './turn.ts';

/** What was known over a connection goes with it, and so does what was on its way over it. */
export function turnTo(state: CoordinatorState, host: FleetHost, link: HostLink): void {
  host.link = link;
  forgetCarries(state, host.name);
}

/** At once, also where it was given up. */
export function tryAgain(turn: CoordinatorTurn, host: FleetHost): void {
  if (!isAway(host)) return;
  host.link = connecting(silenceOf(host.link), twinOf(host.link));
  turn.instruct({ kind: 'enter', host: host.name });
}

/** Ends its connection and makes it again. */
export function enterAnew(state: CoordinatorState, turn: CoordinatorTurn, host: FleetHost): void {
  turnTo(state, host, connecting());
  for (const kind of ['leave', 'enter'] as const) turn.instruct({ kind, host: host.name });
}
