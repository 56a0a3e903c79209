import type { Sweep } from '../ledger/state.ts';
import type { HostName } from '../model/ids.ts';
import { patienceMs } from '../model/patience.ts';
import type { Refusal } from '../model/refusal.ts';
import type { CoordinatorState, FleetHost } from './core/state.ts';
import { eligibility } from './scheduler/eligibility.ts';
import { idle, misfit } from './scheduler/fit.ts';

/**
 * Why nothing of a sweep can go on anywhere, by host; null while something may. A host that could not be prepared, is
 * off, quarantined, unreachable or lacks a label does not come back by waiting, and one that is too small does not
 * grow. One that was there and was cut off, or is left out and will soon be tried again, is waited for, for a while.
 */
export function stranded(
  state: CoordinatorState,
  sweep: Sweep,
): readonly { readonly host: HostName; readonly refusal: Refusal }[] | null {
  if (sweep.status.kind !== 'open' || sweep.counts.leased + sweep.counts.running > 0) return null;
  if (sweep.counts.queued === 0) return null;
  const refusals: { host: HostName; refusal: Refusal }[] = [];
  for (const host of state.fleet.values()) {
    const refusal = lastingRefusal(state, sweep, host);
    if (refusal === null || (refusal.kind === 'unreachable' && mayComeBack(host))) return null;
    if (refusal.kind === 'quarantined' && isSoonTried(state, host)) return null;
    refusals.push({ host: host.name, refusal });
  }
  return refusals;
}

const isSoonTried = ({ awakeMs }: CoordinatorState, { dueAtMs }: FleetHost): boolean =>
  dueAtMs !== null && dueAtMs - awakeMs < patienceMs;

const mayComeBack = ({ away }: FleetHost): boolean => away?.wasThere === true && away.ms < patienceMs;

function lastingRefusal(state: CoordinatorState, sweep: Sweep, host: FleetHost): Refusal | null {
  const answer = eligibility(state, sweep, host);
  switch (answer.kind) {
    case 'unprepared':
      return null;
    case 'eligible':
      return misfitOfAll(sweep, host);
    case 'refused':
      return answer.refusal.kind === 'preparing' ? null : answer.refusal;
    default:
      return answer satisfies never;
  }
}

/** Why a host is too small for every trial that waits; null as soon as one fits. */
function misfitOfAll(sweep: Sweep, host: FleetHost): Refusal | null {
  const load = idle(host);
  let refusal: Refusal | null = null;
  for (const trial of sweep.order) {
    if (trial.status.kind !== 'queued') continue;
    refusal = misfit(trial.point, load);
    if (refusal === null || refusal.kind === 'preparing') return null;
  }
  return refusal;
}
