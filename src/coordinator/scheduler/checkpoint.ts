/** From which checkpoint a trial goes on, and whether that is where the trial is to start. */
import { checkpointSources, isWorthWaiting } from '../../ledger/checkpoints.ts';
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import type { CoordinatorState } from '../core/state.ts';

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

/** By the checkpoint that came farthest of those that can be had. @param now wall clock in ms */
export function beginningOf(state: CoordinatorState, trial: Trial, host: HostName, now: number): Beginning {
  let anew: string | null = null;
  for (const source of checkpointSources(state.ledger, trial)) {
    const carry = state.carries.get(source.id);
    const isHere = source.host === host || (carry?.status.kind === 'there' && carry.to === host);
    if (isHere) return { kind: 'lease', continues: source.id, anew: null };
    if (carry?.status.kind === 'left') anew ??= carry.status.because;
    else if (isReady(state, source.host)) return { kind: 'carry', attempt: source };
    else if (isWorthWaiting(source, now)) return { kind: 'wait' };
    else anew ??= `its checkpoint lies on ${source.host}, which was away`;
  }
  return { kind: 'lease', continues: null, anew };
}

/** A host at hand that has a checkpoint of a trial, the farthest that there is; null where none has. */
export function checkpointHost(state: CoordinatorState, trial: Trial): HostName | null {
  for (const { id, host } of checkpointSources(state.ledger, trial)) {
    const carry = state.carries.get(id);
    const place = carry?.status.kind === 'there' ? carry.to : host;
    if (isReady(state, place)) return place;
  }
  return null;
}

const isReady = ({ fleet }: CoordinatorState, host: HostName): boolean =>
  fleet.get(host)?.link.kind === 'ready';

/** The host to which a checkpoint of a trial is on its way; null where none is. */
export function expectingHost({ carries }: CoordinatorState, { attempts }: Trial): HostName | null {
  for (const id of attempts) {
    const carry = carries.get(id);
    if (carry?.status.kind === 'on-its-way') return carry.to;
  }
  return null;
}
