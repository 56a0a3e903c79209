/**
 * Time in which this coordinator ran. A process that is stopped (SIGSTOP, Ctrl-Z, a paused virtual machine), whose
 * machine sleeps or whose event loop is blocked hears nobody, and no clock of the system leaves all of that out:
 * CLOCK_MONOTONIC goes on while a process is stopped (clock_gettime(2)). So time is counted in slices, each ended by a
 * timer: a slice that took longer than it should counts as one slice.
 */
import type { FleetHost } from '../hosts/fleet-host.ts';
import { countUse } from '../hosts/host-use.ts';
import { connectionOf, type HostLink, type Silence } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** How often the driver tells that time has passed. */
export const sliceMs = 1_000;
/** After so long without a slice connections may be dead that look alive: everybody has to be heard anew. */
const stoppedAfterMs = 5 * sliceMs;
/** Who is there says so once a second (worker/core/tell.ts); over a slow line a word may come late. */
const heardForMs = 3 * sliceMs;

/** Of the time since the slice before, the part in which this process certainly ran. @param sinceMs by a clock that nobody sets */
export const awakeIn = (sinceMs: number): number => Math.min(Math.max(0, sinceMs), sliceMs);

/** A slice has ended: what it adds to the silence of those that are away counts once they are tried in vain again. */
export function passTime(state: CoordinatorState, sinceMs: number): void {
  const ms = awakeIn(sinceMs);
  state.awakeMs += ms;
  countUse(state, ms);
  if (sinceMs >= stoppedAfterMs) for (const { link } of state.fleet.values()) forgetHearing(link);
  const isOurs = ![...state.fleet.values()].some((host) => isHeardOverNetwork(state, host));
  for (const { link } of state.fleet.values())
    if ('silence' in link && link.silence !== null)
      link.silence = longer(link.silence, ms, link.kind === 'given-up', isOurs);
}

/** Who was given up has answered, with what a person has to mend: that is no matter of the network. */
const longer = (silence: Silence, ms: number, isGivenUp: boolean, isOurs: boolean): Silence => ({
  ...silence,
  ms: silence.ms + ms,
  sinceTryMs: silence.sinceTryMs + ms,
  silentMs: silence.silentMs + (isGivenUp ? ms : 0),
  unprovenMs: silence.unprovenMs + (isGivenUp || isOurs ? 0 : ms),
});

function forgetHearing(link: HostLink): void {
  const connection = connectionOf(link);
  if (connection !== null) connection.heardAtMs = null;
}

/** Where nobody is heard over the network, it is the network that is gone, or ours to it. */
const isHeardOverNetwork = ({ awakeMs }: CoordinatorState, { link, isHere }: FleetHost): boolean =>
  link.kind === 'ready' && !isHere && link.heardAtMs !== null && awakeMs - link.heardAtMs <= heardForMs;
