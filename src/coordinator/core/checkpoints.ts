/** What trials leave for their next attempts: where it lies, its way to another host, and its end. */
import type { Attempt } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/attempt-end.ts';
import type { HostName } from '../../model/ids.ts';
import type { CoordinatorEvent } from './events.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import type { Turn } from './turn.ts';

/** An attempt has ended: its host has what the next one goes on from, or nobody needs it any more. */
export function noteCheckpoint(state: CoordinatorState, turn: Turn, attempt: Attempt, end: AttemptEnd): void {
  for (const id of state.ledger.trials.get(attempt.trial)?.attempts ?? []) state.carries.delete(id);
  if (end.outcome.kind === 'succeeded')
    for (const host of state.fleet.values()) dropSettled(state, turn, host);
  else knowCheckpoint(state, attempt, end);
}

/** What an end has told. */
export function knowCheckpoint(
  { fleet }: CoordinatorState,
  { trial, host }: Attempt,
  { checkpointBytes }: AttemptEnd,
): void {
  if ((checkpointBytes ?? 0) > 0) fleet.get(host)?.checkpoints.add(trial);
}

/** What a host keeps of trials that have their results by now, maybe from elsewhere. */
export function dropSettled(
  { ledger }: CoordinatorState,
  turn: Turn,
  { name, link, checkpoints }: FleetHost,
): void {
  if (link.kind !== 'ready') return;
  const trials = [...checkpoints].filter((trial) => ledger.trials.get(trial)?.status.kind === 'succeeded');
  if (trials.length === 0) return;
  for (const trial of trials) checkpoints.delete(trial);
  turn.instruct({ kind: 'send', host: name, message: { kind: 'drop-checkpoints', trials } });
}

/** It has arrived, or cannot. What was given up meanwhile, or goes elsewhere by now, is nobody's business. */
export function checkpointCarried(
  state: CoordinatorState,
  { attempt, to, problem }: Extract<CoordinatorEvent, { kind: 'checkpoint-carried' }>,
): void {
  const carry = state.carries.get(attempt);
  if (carry?.to !== to || carry.status.kind !== 'on-its-way') return;
  carry.status = problem === null ? { kind: 'there' } : { kind: 'left', because: problem };
  if (problem === null) state.fleet.get(to)?.checkpoints.add(carry.trial);
}

/** A connection is gone, and what was on its way over it. */
export function forgetCarries(state: CoordinatorState, host: HostName): void {
  for (const [attempt, { from, to, status }] of state.carries)
    if (status.kind === 'on-its-way' && (from === host || to === host)) state.carries.delete(attempt);
}

/** Whether a trial that waits would go on from what lies there. */
export function keepsCheckpoint({ ledger }: CoordinatorState, { checkpoints }: FleetHost): boolean {
  return [...checkpoints].some((trial) => ledger.trials.get(trial)?.status.kind === 'queued');
}
