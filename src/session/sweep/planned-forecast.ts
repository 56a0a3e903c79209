import type { HostEntry } from '../../coordinator/coordinator.ts';
import type { Declared } from '../../coordinator/declaration.ts';
import { type Forecast, forecast, type KnownHost } from '../../coordinator/forecast.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { readSeenHosts } from '../../ledger/store/seen-hosts.ts';
import { trialId } from '../../model/ids.ts';
import { liveIn } from '../ledger/open.ts';
import { ownFacts } from '../lab/own-facts.ts';

/**
 * What a run would make of a sweep, by what is known of the hosts: nothing is connected to.
 *
 * @param ledger spent
 * @param whole the sweep, of which `meant` is asked for
 * @param stateFolder null where there is none yet
 */
export function forecastOf(
  ledger: LedgerState,
  hosts: readonly HostEntry[],
  whole: Declared,
  meant: Declared,
  stateFolder: string | null,
): Forecast {
  const trials = new Set(meant.points.flatMap((point) => point.trials.map(trialId)));
  const needsGpu = meant.points.some(({ resources }) => resources.gpus === 1);
  return forecast(ledger, knownHosts(hosts, stateFolder, needsGpu), whole, trials, Date.now());
}

function knownHosts(hosts: readonly HostEntry[], stateFolder: string | null, needsGpu: boolean): KnownHost[] {
  const seen = stateFolder === null ? new Map() : readSeenHosts(stateFolder);
  const live = stateFolder === null ? null : liveIn(stateFolder);
  return hosts.map((listed) => ({
    listed,
    facts: seen.get(listed.name) ?? (listed.isHere ? ownFacts({ needsGpu }) : null),
    figures: live?.hosts.find(({ name }) => name === listed.name)?.figures ?? null,
  }));
}
