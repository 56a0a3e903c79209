/** What a writer does with attempts: lease, take back, cancel, acknowledge. Each may be repeated without harm. */
import { type AttemptId, isPlainName, type LedgerId } from '../../model/ids.ts';
import { isResult } from '../../model/result/outcome.ts';
import type { Lease } from '../../protocol/messages.ts';
import { settle } from './finish.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { endUnprepared } from './prepare-launch.ts';
import { stop } from './stop.ts';
import type { WorkerTurn } from './turn.ts';

export function lease(turn: WorkerTurn, ledger: LedgerId, leases: readonly Lease[]): void {
  const { attempts, forgotten } = turn.state;
  const fresh = leases.filter(
    ({ attempt, trial }) =>
      !attempts.has(attempt) && !forgotten.has(attempt) && isPlainName(attempt) && isPlainName(trial),
  );
  if (fresh.length === 0) return;
  turn.record({ kind: 'leased', ledger, leases: fresh });
  endUnprepared(turn, ledger);
}

/**
 * Confirms what has not started, and never will here. What the agent does not know has not started either: its lease
 * never came, and none can come behind this message.
 */
export function takeBack(turn: WorkerTurn, ledger: LedgerId, asked: readonly AttemptId[]): void {
  const known = heldOf(turn, ledger, asked);
  const isWaiting = ({ status }: HeldAttempt): boolean => status.kind === 'waiting';
  const waiting = known.filter(isWaiting).map((held) => held.lease.attempt);
  const kept = new Set(known.filter((held) => !isWaiting(held)).map((held) => held.lease.attempt));
  if (waiting.length > 0) turn.record({ kind: 'taken-back', attempts: waiting });
  turn.tell(ledger, { kind: 'taken-back', attempts: asked.filter((id) => !kept.has(id)), kept: [...kept] });
}

export function cancel(turn: WorkerTurn, ledger: LedgerId, attempts: readonly AttemptId[]): void {
  for (const held of heldOf(turn, ledger, attempts)) {
    if (held.status.kind === 'waiting') settle(turn, held, { kind: 'cancelled' }, null);
    else stop(turn, held, { kind: 'cancelled' });
  }
}

/** These ends are in the ledger. The host keeps logs and artifacts, the agent lets go of the attempt. */
export function acknowledge(turn: WorkerTurn, ledger: LedgerId, attempts: readonly AttemptId[]): void {
  const ended = heldOf(turn, ledger, attempts).filter(({ status }) => status.kind === 'ended');
  if (ended.length === 0) return;
  turn.record({ kind: 'acked', attempts: ended.map((held) => held.lease.attempt) });
  for (const { status, lease } of ended)
    if (status.kind === 'ended' && isResult(status.end.outcome.kind))
      turn.instruct({ kind: 'drop-checkpoint', trial: lease.trial });
}

const heldOf = (turn: WorkerTurn, ledger: LedgerId, attempts: readonly AttemptId[]): HeldAttempt[] =>
  attempts.flatMap((id) => {
    const held = turn.state.attempts.get(id);
    return held?.ledger === ledger ? [held] : [];
  });
