/** Which host takes a trial. */
import type { Trial } from '../../ledger/state.ts';
import { hostsDownUnder } from '../../ledger/crashes.ts';
import { hostsThatFailed } from '../../ledger/trials.ts';
import type { HostName } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import { noRoom, wantOfRoom } from '../hosts/want-of-room.ts';
import { isExpected } from '../hosts/use.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Candidate, earliest, isOpenTo } from './berth.ts';
import { misfit } from '../hosts/fit.ts';
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

/** The host that would end a trial earliest, of those that nothing keeps it from. */
export function chooseHost(state: CoordinatorState, trial: Trial, choice: Choice): Candidate | null {
  const against = historyOf(state, trial, choice);
  const arrived = whereItArrived(state, trial, choice.candidates);
  if (arrived !== null && against?.(arrived.berth.host)?.kind !== 'went-down') return arrived;
  const isOpen = ({ berth }: Candidate): boolean => !against?.(berth.host);
  const candidates = against === null ? choice.candidates : choice.candidates.filter(isOpen);
  const found = fitting(state, candidates, trial, checkpointHost(state, trial));
  // Who lets nothing start for now is left to itself while another host is being prepared.
  const isOneComing = choice.coming.some(
    (host) => !against?.(host) && misfit(state.ledger, trial.point, host) === null,
  );
  return found?.isClosed === true && isOneComing ? null : found;
}

/**
 * What a trial's attempts so far have against hosts; null where that is nothing. One that has failed waits for a host
 * where it has not, and goes back to where it failed only if there is no other. One that is away is waited for, but not for
 * ever. What has run alone on a host that went down never goes back there.
 */
export function historyOf(
  state: CoordinatorState,
  trial: Trial,
  { candidates, coming, away }: Choice,
): ((host: FleetHost) => Refusal | null) | null {
  if (trial.attempts.length === 0) return null;
  const failures = failuresOf(state, trial, { candidates, coming, away });
  const full = candidates.some(({ berth: { host } }) => wantOfRoom(host, trial.id, state.awakeMs) !== null);
  if (!full) return failures;
  return (host) => {
    const found = wantOfRoom(host, trial.id, state.awakeMs);
    return failures?.(host) ?? (found === null ? null : noRoom('trial', found));
  };
}

function failuresOf(
  state: CoordinatorState,
  trial: Trial,
  { candidates, coming, away }: Choice,
): ((host: FleetHost) => Refusal | null) | null {
  const down = hostsDownUnder(state.ledger, trial);
  if (down.size > 0) return ({ name }) => (down.has(name) ? { kind: 'went-down' } : null);
  const failedOn = hostsThatFailed(state.ledger, trial);
  if (failedOn.size === 0) return null;
  const isFresh = (host: FleetHost): boolean =>
    !failedOn.has(host.name) && misfit(state.ledger, trial.point, host) === null;
  const mayGoElsewhere =
    candidates.some(({ berth }) => isFresh(berth.host)) ||
    coming.some(isFresh) ||
    away.some((host) => isFresh(host) && isExpected(host));
  return mayGoElsewhere ? ({ name }) => (failedOn.has(name) ? { kind: 'failed-there' } : null) : null;
}

/** Where a place was kept until its checkpoint had come. */
function whereItArrived(
  state: CoordinatorState,
  trial: Trial,
  candidates: readonly Candidate[],
): Candidate | null {
  const host = carriedTo(state, trial, 'there');
  const found = host === null ? undefined : candidates.find(({ berth }) => berth.host.name === host);
  const fits =
    found !== undefined &&
    !found.isClosed &&
    isOpenTo(found) &&
    misfit(state.ledger, trial.point, found.berth.host, found.berth.idle) === null;
  return fits ? found : null;
}

/** Asked for each trial of a plan, so the rules are asked only of the host that would be chosen. */
function fitting(
  state: CoordinatorState,
  candidates: readonly Candidate[],
  trial: Trial,
  kept: HostName | null,
): Candidate | null {
  const best = earliest(candidates, trial, kept);
  if (best === null || misfit(state.ledger, trial.point, best.berth.host, best.berth.idle) === null)
    return best;
  return fitting(
    state,
    candidates.filter((candidate) => candidate !== best),
    trial,
    kept,
  );
}
