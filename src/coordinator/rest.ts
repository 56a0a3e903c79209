import type { Attempt } from '../ledger/state.ts';
import { isPresumedLost } from '../ledger/trials.ts';
import type { AttemptId } from '../model/ids.ts';
import type { CoordinatorState, HostLink } from './core/state.ts';

/**
 * Whether nothing is left to do: no trial of an open sweep waits or runs, no host has still to end a second attempt or
 * to be asked whether it runs one, and what is to come back has come.
 */
export const isAtRest = (state: CoordinatorState): boolean =>
  [...state.ledger.sweeps.values()].every(
    ({ counts, status }) =>
      counts.leased + counts.running === 0 && (status.kind !== 'open' || counts.queued === 0),
  ) &&
  [...state.fleet.values()].every(
    ({ name, link }) => link.kind !== 'ready' || (state.ledger.hosts.get(name)?.open.size ?? 0) === 0,
  ) &&
  [...state.ledger.attempts.values()].every(
    (attempt) => !isPresumedLost(attempt) || wasAsked(state, attempt),
  ) &&
  [...state.ledger.awaited.keys()].every((attempt) => !mayDeliver(state, attempt));

/** Whether the host of an attempt that was given up was reached, or cannot be. */
function wasAsked({ fleet }: CoordinatorState, { host }: Attempt): boolean {
  const link = fleet.get(host)?.link;
  return link === undefined || link.kind === 'ready' || link.kind === 'left' || isInVain(link);
}

const isInVain = (link: HostLink): boolean => link.kind === 'connecting' && link.because !== null;

/** A host that cannot be reached delivers nothing now; the next coordinator asks again. */
function mayDeliver(state: CoordinatorState, attempt: AttemptId): boolean {
  const host = state.ledger.attempts.get(attempt)?.host;
  const link = host === undefined ? undefined : state.fleet.get(host)?.link;
  return link !== undefined && !isInVain(link);
}
