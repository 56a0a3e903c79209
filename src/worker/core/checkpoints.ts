/** Checkpoints that come from other hosts, and those that nobody needs any more: never under a trial that is here. */
import type { ToAgent } from '../../protocol/messages.ts';
import type { WorkerTurn } from './turn.ts';

type Restore = Extract<ToAgent, { kind: 'restore-checkpoint' }>;

const isHereText = 'the trial is on that host';

export function restoreCheckpoint(
  turn: WorkerTurn,
  connection: number,
  { trial, hash, path }: Restore,
): void {
  const { restoring } = turn.state;
  const problem = openTrials(turn).has(trial)
    ? isHereText
    : restoring.has(trial)
      ? 'a checkpoint of the trial is on its way there already'
      : null;
  if (problem !== null) return answer(turn, connection, trial, problem);
  restoring.add(trial);
  turn.instruct({ kind: 'unpack-checkpoint', connection, trial, hash, path });
}

/** It took a while: the trial may be here by now. */
export function checkpointUnpacked(
  turn: WorkerTurn,
  {
    connection,
    trial,
    problem,
  }: { readonly connection: number; readonly trial: string; readonly problem: string | null },
): void {
  turn.state.restoring.delete(trial);
  const obstacle = problem ?? (openTrials(turn).has(trial) ? isHereText : null);
  if (obstacle === null) return turn.instruct({ kind: 'place-checkpoint', connection, trial });
  turn.instruct({ kind: 'discard-checkpoint', trial });
  answer(turn, connection, trial, obstacle);
}

export function dropCheckpoints(turn: WorkerTurn, trials: readonly string[]): void {
  const open = openTrials(turn);
  for (const trial of trials) if (!open.has(trial)) turn.instruct({ kind: 'drop-checkpoint', trial });
}

/** Trials of which an attempt waits or runs here, whichever ledger they are of. */
function openTrials({ state }: WorkerTurn): ReadonlySet<string> {
  const open = new Set<string>();
  for (const { lease, status } of state.attempts.values()) if (status.kind !== 'ended') open.add(lease.trial);
  return open;
}

const answer = (turn: WorkerTurn, connection: number, trial: string, problem: string): void =>
  turn.instruct({ kind: 'send', connection, message: { kind: 'checkpoint-restored', trial, problem } });
