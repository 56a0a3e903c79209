/** A host's connection begins anew: what was known over the last one is forgotten. */
import { isAway } from '../hosts/use.ts';
import type { CoordinatorState, FleetHost } from '../hosts/state.ts';
import { forgetCarries } from './checkpoints.ts';
import type { Turn } from './turn.ts';

/** What was asked may have been heard, and its answer lost: what the host says that it holds tells. */
export function forgetConnection(state: CoordinatorState, host: FleetHost): void {
  host.launches.clear();
  host.failedStarts.clear();
  host.asked.clear();
  host.heldSince = null;
  host.stuck = null;
  host.doing = null;
  host.twin = null;
  forgetCarries(state, host.name);
}

/** At once, also where it was given up. */
export function tryAgain(turn: Turn, host: FleetHost): void {
  if (!isAway(host)) return;
  host.link = { kind: 'connecting', because: null };
  turn.instruct({ kind: 'enter', host: host.name });
}

/** Ends its connection and makes it again. */
export function enterAnew(state: CoordinatorState, turn: Turn, host: FleetHost): void {
  forgetConnection(state, host);
  host.link = { kind: 'connecting', because: null };
  for (const kind of ['leave', 'enter'] as const) turn.instruct({ kind, host: host.name });
}
