import type { Sweep } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import type { Resources } from '../../model/resources.ts';
import { predictSeconds } from '../../predict/duration.ts';
import type { GpuFacts } from '../../protocol/messages.ts';
import { type Limits, limitsOf } from '../../throttle/limits.ts';
import { gpuHeadroomBytes, gpusOf } from '../../throttle/room.ts';
import type { CoordinatorState, FleetHost } from '../core/state.ts';

/** Predicted work that a host is given ahead, so that it works on while the laptop is closed. */
const aheadSeconds = 12 * 3600;
/** Attempts that a host may hold open: bounds its journal and the cost of a reconnection. */
const mostOpen = 4_000;

/**
 * How many more attempts a host may be leased now, and how many rounds of trials wait there already.
 *
 * Where nothing is predicted yet it gets just enough to hide the round trip, two for each that runs; what it is
 * given grows with what it has ended, as TCP's slow start does (RFC 5681), up to 12 h of predicted work.
 */
export function roomOf(
  state: CoordinatorState,
  sweep: Sweep,
  host: FleetHost,
  assigned: ReadonlyMap<HostName, readonly unknown[]>,
): { room: number; busy: number; parallel: number } {
  const parallel = parallelOf(sweep, host);
  const open = (state.ledger.hosts.get(host.name)?.open.size ?? 0) + (assigned.get(host.name)?.length ?? 0);
  const seconds = predictSeconds(state.durations, sweep.declaration.launch, 0);
  const ahead = seconds === null ? parallel : Math.ceil((aheadSeconds * parallel) / Math.max(seconds, 1e-3));
  const earned = parallel * 2 + host.ended * 2;
  const target = Math.min(Math.max(parallel * 2, Math.min(ahead, earned)), mostOpen);
  return { room: Math.max(0, target - open), busy: open / parallel, parallel };
}

/** Trials that are likely to run at once there: the agent's guard has the last word. */
export function parallelOf(sweep: Sweep, host: FleetHost): number {
  const resources = sweep.points[0]?.resources;
  const facts = host.link.kind === 'ready' ? host.link.facts : null;
  const cpus = resources?.cpus ?? 1;
  const total = facts?.cpus ?? 1;
  const byCpus = cpus > 0 ? Math.max(1, Math.floor(total / cpus)) : total * 4;
  const byGpus =
    resources === undefined || facts === null || gpusOf(resources, facts) === 0
      ? byCpus
      : gpuPlaces(resources, facts.gpus ?? [], limitsOf(host.limits));
  return Math.max(1, Math.min(byCpus, byGpus, host.limits.slots ?? byCpus));
}

/** Trials that all GPUs of a host hold at once: by their memory where that is known, else one each. */
const gpuPlaces = ({ gpuMemoryBytes }: Resources, gpus: readonly GpuFacts[], limits: Limits): number =>
  gpus.reduce((sum, gpu) => sum + placesOn(gpu, gpuMemoryBytes, limits), 0);

const placesOn = ({ memoryBytes }: GpuFacts, needBytes: number | null, limits: Limits): number =>
  needBytes === null || needBytes === 0
    ? 1
    : Math.floor((memoryBytes - gpuHeadroomBytes(memoryBytes, limits)) / needBytes);
