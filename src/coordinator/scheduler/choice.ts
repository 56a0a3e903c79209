/** Which host takes a trial. */
import type { Trial } from '../../ledger/state.ts';
import { hostsDownUnder } from '../../ledger/crashes.ts';
import { hostsThatFailed } from '../../ledger/trials.ts';
import type { HostName } from '../../model/ids.ts';
import { isExpected } from '../hosts/use.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Candidate, earliest, isOpenTo } from './berth.ts';
import { idle, misfit } from '../hosts/fit.ts';
import { carriedTo, checkpointHost } from './checkpoint.ts';

/** The hosts for the trials of one sweep. */
export interface Choice {
  /** Hosts that can be leased to now, full ones among them. */
  readonly candidates: readonly Candidate[];
  /** Hosts that are being prepared. */
  readonly coming: readonly FleetHost[];
  /** Hosts that nobody has anything against, and that are not connected. */
  readonly away: readonly FleetHost[];
}

/**
 * The host that would end a trial earliest. One that has failed waits for a host where it has not, and goes back to
 * where it failed only if there is no other. One that is away is waited for, but not for ever. What has run alone on a
 * host that went down never goes back there.
 */
export function chooseHost(
  state: CoordinatorState,
  trial: Trial,
  { candidates, coming, away }: Choice,
): Candidate | null {
  const kept = checkpointHost(state, trial);
  const down = hostsDownUnder(state.ledger, trial);
  const arrived = whereItArrived(state, trial, candidates);
  if (arrived !== null && !down.has(arrived.berth.host.name)) return arrived;
  if (down.size > 0)
    return fitting(
      candidates.filter(({ berth }) => !down.has(berth.host.name)),
      trial,
      kept,
    );
  const failedOn = hostsThatFailed(state.ledger, trial);
  if (failedOn.size === 0) return fitting(candidates, trial, kept);
  const isFresh = (host: FleetHost): boolean =>
    !failedOn.has(host.name) && misfit(trial.point, idle(host)) === null;
  const fresh = candidates.filter(({ berth }) => isFresh(berth.host));
  if (fresh.length === 0) {
    if (coming.some(isFresh)) return null;
    if (away.some((host) => isFresh(host) && isExpected(host))) return null;
  }
  return fitting(fresh.length > 0 ? fresh : candidates, trial, kept);
}

/** Where a place was kept until its checkpoint had come. */
function whereItArrived(
  state: CoordinatorState,
  trial: Trial,
  candidates: readonly Candidate[],
): Candidate | null {
  const host = carriedTo(state, trial, 'there');
  const found = host === null ? undefined : candidates.find(({ berth }) => berth.host.name === host);
  const fits = found !== undefined && isOpenTo(found) && misfit(trial.point, found.berth.idle) === null;
  return fits ? found : null;
}

/** Asked for each trial of a plan, so the rules are asked only of the host that would be chosen. */
function fitting(candidates: readonly Candidate[], trial: Trial, kept: HostName | null): Candidate | null {
  const best = earliest(candidates, trial, kept);
  if (best === null || misfit(trial.point, best.berth.idle) === null) return best;
  return fitting(
    candidates.filter((candidate) => candidate !== best),
    trial,
    kept,
  );
}
