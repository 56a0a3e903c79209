import type { AttemptId, HostName } from '../model/ids.ts';
import type { Resources } from '../model/resources.ts';
import { hostsDownUnder } from './crashes.ts';
import type { LedgerState, Trial } from './state.ts';
import { hostsThatFailed } from './trials.ts';

/**
 * Equal for trials of one sweep that wait for the same: what they need, what their like outgrew, where they failed, and which
 * hosts went down. One that found no room on a disk waits for itself alone.
 */
export function waitingKey(state: LedgerState, trial: Trial): string {
  const { resources, shape } = trial.point;
  const isTooLarge = state.outgrown.has(shape) || state.filledDisks.has(shape);
  const needs = needsOf(resources) + (isTooLarge ? shape : '');
  if (trial.attempts.length === 0) return needs;
  const [failedOn, down] = [hostsThatFailed(state, trial), hostsDownUnder(state, trial)];
  const own = trial.attempts.some((id) => foundNoRoom(state, id)) ? trial.id : '';
  return failedOn.size + down.size === 0 ? needs : `${needs}${names(failedOn)}${names(down)}${own}`;
}

function foundNoRoom({ attempts }: LedgerState, id: AttemptId): boolean {
  const status = attempts.get(id)?.status;
  return status?.kind === 'ended' && status.end.outcome.kind === 'no-space';
}

const names = (hosts: ReadonlySet<HostName>): string => JSON.stringify([...hosts].sort());

/** It is asked for each waiting trial once a second. */
const known = new WeakMap<Resources, string>();

function needsOf(resources: Resources): string {
  const found = known.get(resources);
  if (found !== undefined) return found;
  const needs = JSON.stringify(resources);
  known.set(resources, needs);
  return needs;
}
