/** What trials leave for their next attempts: where it lies, its way to another host, and its end. */
import type { Attempt } from '../../ledger/state.ts';
import { mayHaveLeftOne } from '../../ledger/checkpoints.ts';
import { isDone } from '../../ledger/results.ts';
import type { HostName, TrialId } from '../../model/ids.ts';
import { printable } from '../../model/printed/printable.ts';
import type { CoordinatorEvent } from './events.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** An attempt has ended: its host has what the next one goes on from, or nobody needs it any more. */
export function noteCheckpoint(state: CoordinatorState, turn: CoordinatorTurn, attempt: Attempt): void {
  const trial = state.ledger.trials.get(attempt.trial);
  for (const id of trial?.attempts ?? []) state.carries.delete(id);
  knowCheckpoint(state, attempt);
  if (trial === undefined || !isDone(state.ledger, trial.id)) return;
  for (const host of state.fleet.values()) if (host.checkpoints.has(trial.id)) drop(turn, host, [trial.id]);
}

/** What an end has told. */
export function knowCheckpoint({ fleet }: CoordinatorState, attempt: Attempt): void {
  if (mayHaveLeftOne(attempt)) fleet.get(attempt.host)?.checkpoints.add(attempt.trial);
}

/** What a host keeps of trials that have their results by now, maybe from elsewhere. */
export function dropSettled({ ledger }: CoordinatorState, turn: CoordinatorTurn, host: FleetHost): void {
  drop(
    turn,
    host,
    [...host.checkpoints].filter((trial) => isDone(ledger, trial)),
  );
}

/** A host that is away is told when it is back. */
function drop(turn: CoordinatorTurn, { name, link, checkpoints }: FleetHost, trials: TrialId[]): void {
  if (link.kind !== 'ready' || trials.length === 0) return;
  for (const trial of trials) checkpoints.delete(trial);
  turn.instruct({ kind: 'send', host: name, message: { kind: 'drop-checkpoints', trials } });
}

/** It has arrived, or cannot. What was given up meanwhile, or comes another way by now, is nobody's business. */
export function checkpointCarried(
  { ledger, carries, fleet }: CoordinatorState,
  { attempt, from, to, problem }: Extract<CoordinatorEvent, { kind: 'checkpoint-carried' }>,
): void {
  const carried = carries.get(attempt);
  const place = carried?.get(to);
  const trial = ledger.attempts.get(attempt)?.trial;
  if (place?.kind !== 'on-its-way' || place.from !== from || trial === undefined) return;
  carried?.delete(to);
  if (problem === null) {
    carried?.set(to, { kind: 'there' });
    fleet.get(to)?.checkpoints.add(trial);
  } else carried?.set(problem.at, { kind: 'left', because: printable(problem.because) });
}

/** A connection is gone, and what was on its way over it. */
export function forgetCarries({ carries }: CoordinatorState, host: HostName): void {
  for (const carried of carries.values())
    for (const [to, place] of carried)
      if (place.kind === 'on-its-way' && (place.from === host || to === host)) carried.delete(to);
}

/** It may be another machine by now. */
export function forgetCheckpoints({ carries }: CoordinatorState, { name, checkpoints }: FleetHost): void {
  checkpoints.clear();
  for (const carried of carries.values()) carried.delete(name);
}

/** Whether a trial that waits would go on from what lies there. */
export function keepsCheckpoint({ ledger }: CoordinatorState, { checkpoints }: FleetHost): boolean {
  for (const trial of checkpoints) if (ledger.trials.get(trial)?.status.kind === 'queued') return true;
  return false;
}
