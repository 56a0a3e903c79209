/** The guard's question, put together from what the agent knows: may this attempt start now? */
import type { Refusal } from '../../model/refusal/refusal.ts';
import { admit } from '../../throttle/admission.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { outgrownOn } from '../../throttle/outgrown-host.ts';
import type { HeldAttempt } from './held-attempt.ts';
import type { LedgerSide } from './ledger-side.ts';
import { requestOf } from './expected.ts';
import { hostLoad } from './host-load.ts';
import { headOf } from './queue.ts';
import { refusalOfLaunch } from './preparation.ts';
import type { WorkerState } from './state.ts';

/** Everything that keeps an attempt of the backlog from starting now. */
export function refusalsOf(
  state: WorkerState,
  held: HeldAttempt,
  host: HostLoad,
  now: number,
): readonly Refusal[] {
  const { lease } = held;
  const unprepared = refusalOfLaunch(state, held);
  if (unprepared !== null) return [unprepared];
  for (const other of state.active)
    if (other.lease.trial === lease.trial)
      return [{ kind: 'preparing', what: `attempt ${other.lease.attempt} of the same trial still runs` }];
  for (const other of state.suspects)
    if (other.lease.shape === lease.shape)
      return [
        { kind: 'preparing', what: `it is read how attempt ${other.lease.attempt} of its shape ended` },
      ];
  if (now < state.setbacks.until) return [{ kind: 'quarantined', because: state.setbacks.because }];
  const outgrown = outgrownOn(state.outgrown, lease, state.facts);
  if (outgrown !== null) return [outgrown];
  return admit(requestOf(state, held), host);
}

/** Why the head of a ledger's queue waits; empty where nothing does. */
export function holdsOf(
  state: WorkerState,
  side: LedgerSide,
  now: number,
): { attempt: string; refusals: Refusal[] }[] {
  const head = headOf(state, side);
  const held = head === null ? undefined : state.attempts.get(head);
  if (held === undefined) return [];
  const refusals = refusalsOf(state, held, hostLoad(state, now), now);
  return [
    {
      attempt: held.lease.attempt,
      refusals: refusals.length > 0 ? [...refusals] : [{ kind: 'queue', ahead: 0 }],
    },
  ];
}
