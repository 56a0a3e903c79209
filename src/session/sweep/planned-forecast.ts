import type { HostEntry } from '../../coordinator/coordinator.ts';
import type { Declared } from '../../coordinator/declaration.ts';
import { type Forecast, forecast, type KnownHost } from '../../coordinator/forecast.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { readSeenHosts, type SeenHosts } from '../../ledger/store/seen-hosts.ts';
import type { SweepName, TrialId } from '../../model/ids.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import { liveIn } from '../ledger/open.ts';
import { ownFacts, ownFigures } from '../lab/own-facts.ts';

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
  const trials = new Set(meant.points.flatMap((point) => point.trials));
  const needsGpu = meant.points.some(({ resources }) => resources.gpus === 1);
  const live = stateFolder === null ? null : liveIn(stateFolder);
  const known = knownHosts(hosts, stateFolder, live, needsGpu);
  return forecast(ledger, known, { declared: whole, meant: trials }, askedIn(live), Date.now());
}

/** What the coordinator that runs has to do besides. */
const askedIn = (live: LiveFigures | null): Map<SweepName, ReadonlySet<TrialId> | null> =>
  new Map(
    (live?.sweeps ?? [])
      .filter(({ asked }) => asked)
      .map(({ sweep, waiting }) => [sweep, waiting && new Set(waiting)]),
  );

function knownHosts(
  hosts: readonly HostEntry[],
  stateFolder: string | null,
  live: LiveFigures | null,
  needsGpu: boolean,
): KnownHost[] {
  const seen: SeenHosts = stateFolder === null ? new Map() : readSeenHosts(stateFolder);
  return hosts.map((listed) => {
    const { isHere } = listed;
    const facts = seen.get(listed.name) ?? (isHere ? ownFacts(listed, needsGpu) : null);
    const told = live?.hosts.find(({ name }) => name === listed.name)?.figures ?? null;
    const figures = told ?? (isHere && facts !== null ? ownFigures(facts, listed) : null);
    return { listed, facts, figures };
  });
}
