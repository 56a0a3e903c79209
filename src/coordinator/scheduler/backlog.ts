import type { Sweep } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import { predictSeconds } from '../../predict/duration.ts';
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
  const cpus = sweep.points[0]?.resources.cpus ?? 1;
  const total = host.link.kind === 'ready' ? host.link.facts.cpus : 1;
  const byCpus = cpus > 0 ? Math.max(1, Math.floor(total / cpus)) : total * 4;
  return Math.max(1, Math.min(byCpus, host.limits.slots ?? byCpus));
}
