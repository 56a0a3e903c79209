/**
 * Which share of a host's places its trials have had. The rest was lost while something waited: the host was away, its
 * GPUs were somebody else's, or something was against one more. As much will be lost again. Pure.
 */
import type { Sweep } from '../../ledger/state.ts';
import { queuedOf } from './asked.ts';
import { idlePlacesOf } from './backlog.ts';
import { eligibility } from './eligibility.ts';
import type { FleetHost } from './fleet-host.ts';
import type { CoordinatorState } from './state.ts';

/** What was so long ago counts for a third. */
const forgetsMs = 3 * 3_600_000;
/** A host begins as if it had been used for so long. */
const trustedMs = 15 * 60_000;

/** So much time has passed in which this coordinator ran. */
export function countUse(state: CoordinatorState, ms: number): void {
  const waiting = [...state.asked.keys()]
    .flatMap((name) => state.ledger.sweeps.get(name) ?? [])
    .filter((sweep) => queuedOf(state, sweep) + sweep.counts.leased > 0);
  for (const host of state.fleet.values()) {
    const sweep = waiting.find((one) => isMeant(state, one, host));
    if (sweep === undefined) continue;
    const { use, link } = host;
    if (link.kind === 'ready') use.places = idlePlacesOf(sweep.points[0]?.resources, host);
    const share = Math.exp(-ms / forgetsMs);
    use.hadMs = use.hadMs * share + use.places * ms;
    use.usedMs = use.usedMs * share + (link.kind === 'ready' ? placesTaken(state, host) : 0) * ms;
  }
}

/** Whether it takes trials of a sweep, or would if it were there. */
function isMeant(state: CoordinatorState, sweep: Sweep, host: FleetHost): boolean {
  const answer = eligibility(state, sweep, host);
  return answer.kind === 'eligible' || (answer.kind === 'refused' && answer.refusal.kind === 'unreachable');
}

/** Several share a GPU. */
function placesTaken({ ledger }: CoordinatorState, { name, use }: FleetHost): number {
  const devices = [...(ledger.hosts.get(name)?.running ?? [])].flatMap((id) => {
    const status = ledger.attempts.get(id)?.status;
    return status?.kind === 'running' ? [status.device] : [];
  });
  const ofCores = devices.filter((device) => device === 'cpu').length;
  const gpus = new Set(devices).size - (ofCores > 0 ? 1 : 0);
  return Math.min(use.places, ofCores + gpus);
}

/** How many of its places are likely to be lost to trials at any time; none where nothing has waited for it yet. */
export const lostPlaces = ({ use: { places, hadMs, usedMs } }: FleetHost): number =>
  places === 0 ? 0 : (places * (hadMs - usedMs)) / (hadMs + trustedMs * places);
