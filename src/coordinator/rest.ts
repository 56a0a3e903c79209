import type { Attempt, Sweep } from '../ledger/state.ts';
import { countsOf, isPartOf } from '../ledger/sweeps.ts';
import { isPresumedLost } from '../ledger/trials.ts';
import type { AttemptId, TrialId } from '../model/ids.ts';
import { obstacleOf } from './hosts/link.ts';
import type { CoordinatorState } from './hosts/state.ts';

/**
 * Whether nothing of a sweep is left to do: none of its trials waits or runs, no host has still to end a second
 * attempt of one or to be asked whether it runs one, and what is to come back of it has come.
 *
 * @param part the trials that are meant; null: all of the sweep that were asked for
 */
export function isAtRest(
  state: CoordinatorState,
  sweep: Sweep,
  part: ReadonlySet<TrialId> | null = null,
): boolean {
  const { queued, leased, running } = countsOf(sweep, part ?? sweep.part);
  if (leased + running > 0 || (queued > 0 && sweep.status.kind === 'open')) return false;
  const { ledger, fleet } = state;
  const isMeant = (attempt: Attempt): boolean => isOf(state, attempt, sweep, part);
  const attemptsOf = (ids: Iterable<AttemptId>): Attempt[] =>
    [...ids].flatMap((id) => ledger.attempts.get(id) ?? []).filter(isMeant);
  return (
    [...fleet.values()].every(
      ({ name, link }) =>
        link.kind !== 'ready' || attemptsOf(ledger.hosts.get(name)?.open ?? []).length === 0,
    ) &&
    [...ledger.attempts.values()].every(
      (attempt) => !isPresumedLost(attempt) || !isMeant(attempt) || wasAsked(state, attempt),
    ) &&
    attemptsOf(ledger.awaited.keys()).every((attempt) => !mayDeliver(state, attempt))
  );
}

/** Whether an attempt serves a sweep, or was leased for it. */
function isOf(
  { ledger }: CoordinatorState,
  { sweep: name, trial }: Attempt,
  sweep: Sweep,
  part: ReadonlySet<TrialId> | null,
): boolean {
  const isHeld = name === sweep.name || ledger.trials.get(trial)?.sweeps.includes(sweep.name) === true;
  return isHeld && isPartOf(part, trial);
}

/** Whether the host of an attempt that was given up was reached, or cannot be. */
function wasAsked({ fleet }: CoordinatorState, { host }: Attempt): boolean {
  const link = fleet.get(host)?.link;
  return link === undefined || link.kind === 'ready' || link.kind === 'left' || obstacleOf(link) !== null;
}

/** A host that cannot be reached delivers nothing now; the next coordinator asks again. */
function mayDeliver({ fleet }: CoordinatorState, { host }: Attempt): boolean {
  const link = fleet.get(host)?.link;
  return link !== undefined && obstacleOf(link) === null;
}
