/** From which checkpoint a trial goes on, and whether that is where the trial is to start. */
import { checkpointSource, isWorthWaiting } from '../../ledger/checkpoints.ts';
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import type { Carry, CoordinatorState } from '../core/state.ts';

/** What comes before an attempt of a trial on a host. */
export type Beginning =
  | {
      readonly kind: 'lease';
      /** The attempt whose checkpoint lies there; null where none does. */
      readonly continues: AttemptId | null;
      /** Why it begins anew though a checkpoint lies elsewhere; null where it does not. */
      readonly anew: string | null;
    }
  /** The checkpoint is brought there first. */
  | { readonly kind: 'carry'; readonly attempt: Attempt }
  /** The host that has the checkpoint is away, and may be back soon. */
  | { readonly kind: 'wait' };

/** @param now wall clock in ms */
export function beginningOf(state: CoordinatorState, trial: Trial, host: HostName, now: number): Beginning {
  const source = checkpointSource(state.ledger, trial, null);
  if (source === null) return lease(null);
  const carry = carryOf(state, trial, source);
  if (source.host === host || (carry?.status.kind === 'there' && carry.to === host)) return lease(source.id);
  const own = checkpointSource(state.ledger, trial, host)?.id ?? null;
  if (carry?.status.kind === 'left') return lease(own, carry.status.because);
  if (state.fleet.get(source.host)?.link.kind === 'ready') return { kind: 'carry', attempt: source };
  return isWorthWaiting(source, now)
    ? { kind: 'wait' }
    : lease(own, `its checkpoint lies on ${source.host}, which was away`);
}

const lease = (continues: AttemptId | null, because: string | null = null): Beginning => ({
  kind: 'lease',
  continues,
  anew: continues === null ? because : null,
});

/** Where the checkpoint lies that a trial goes on from; null where it has none. */
export function checkpointHost(state: CoordinatorState, trial: Trial): HostName | null {
  const source = checkpointSource(state.ledger, trial, null);
  if (source === null) return null;
  const carry = carryOf(state, trial, source);
  return carry?.status.kind === 'there' ? carry.to : source.host;
}

function carryOf({ carries }: CoordinatorState, trial: Trial, source: Attempt): Carry | null {
  const carry = carries.get(trial.id);
  return carry?.attempt === source.id ? carry : null;
}
