import type { Sweep } from '../ledger/state.ts';
import type { HostName } from '../model/ids.ts';
import type { Refusal } from '../model/refusal.ts';
import type { CoordinatorState } from './core/state.ts';
import { eligibility } from './scheduler/eligibility.ts';

/**
 * Why nothing of a sweep can go on anywhere, by host; null while something may. A host that could not be prepared, is
 * off, quarantined, unreachable or lacks a label does not come back by waiting.
 */
export function stranded(
  state: CoordinatorState,
  sweep: Sweep,
): readonly { readonly host: HostName; readonly refusal: Refusal }[] | null {
  if (sweep.status.kind !== 'open' || sweep.counts.leased + sweep.counts.running > 0) return null;
  if (sweep.counts.queued === 0) return null;
  const refusals: { host: HostName; refusal: Refusal }[] = [];
  for (const host of state.fleet.values()) {
    const answer = eligibility(state, sweep, host);
    if (
      answer.kind !== 'refused' ||
      mayPass(answer.refusal, host.launches.get(sweep.declaration.launch)?.kind)
    )
      return null;
    refusals.push({ host: host.name, refusal: answer.refusal });
  }
  return refusals;
}

const mayPass = (refusal: Refusal, launch: string | undefined): boolean =>
  refusal.kind === 'preparing' && launch !== 'refused';
