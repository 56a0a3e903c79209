/** Ending an attempt: SIGTERM asks for a checkpoint and an exit, SIGKILL follows after a grace. */
import type { HeldAttempt, StopReason } from './held-attempt.ts';
import type { SignalName } from './instruction.ts';
import type { WorkerTurn } from './turn.ts';

const graceMs = 10_000;

/** The first reason holds: what was told to end is not told again. */
export function stop(turn: WorkerTurn, held: HeldAttempt, why: StopReason, withinMs = graceMs): void {
  const { status, lease, stopping } = held;
  if (stopping !== null || (status.kind !== 'running' && status.kind !== 'starting')) return;
  turn.record({ kind: 'stopping', attempt: lease.attempt, why, killAt: turn.now + withinMs });
  signal(turn, held, 'TERM');
}

/** Kills what did not end within its grace; again after another, should the kernel be slow to let go of it. */
export function killIfDue(turn: WorkerTurn, held: HeldAttempt): void {
  const { stopping } = held;
  if (stopping === null || turn.now < stopping.killAt) return;
  stopping.killAt = turn.now + graceMs;
  stopping.hasKilled = held.status.kind === 'running';
  signal(turn, held, 'KILL');
}

/** Sends a signal to an attempt that has a process. One that is only starting gets it when it is known. */
export function signal(turn: WorkerTurn, held: HeldAttempt, name: SignalName): void {
  if (held.status.kind === 'running')
    turn.instruct({ kind: 'signal', attempt: held.lease.attempt, signal: name });
}
