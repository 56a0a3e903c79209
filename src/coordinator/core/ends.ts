/** An end that a host tells: accepted once, and acknowledged with the turn that commits it. */
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import { isResult } from '../../model/result/outcome.ts';
import { believable } from './believable.ts';
import { judgeHosts } from './blame.ts';
import { noteCheckpoint } from './checkpoints.ts';
import { cancelOthers } from './commands.ts';
import { noteFailure } from './early-failure.ts';
import { learn } from './learn.ts';
import { attemptOf } from './speaks-for.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Accepts an end once; the acknowledgement goes out with the turn, after the commit (P1). */
export function endAttempt(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  id: AttemptId,
  told: AttemptEnd,
  now: number,
): void {
  const attempt = attemptOf(state, host, id);
  // One of another life of this ledger that was cancelled is over; any other end is adopted at the next connection.
  const isForgotten = !state.ledger.attempts.has(id) && told.outcome.kind === 'cancelled';
  if (attempt !== null || isForgotten) acknowledge(state, host.name, id);
  if (attempt === null || attempt.status.kind === 'ended') return;
  const end = believable(told, state.committedLines.get(id) ?? 0, state.ledger.launches.get(attempt.launch));
  host.ended += 1;
  state.committedLines.delete(id);
  state.runsSince.delete(id);
  turn.record({ kind: 'ended', at: now, attempt: id, host: attempt.host, end });
  if (isResult(end.outcome.kind)) cancelOthers(state, turn, attempt);
  noteCheckpoint(state, turn, attempt);
  learn(state, attempt, end);
  noteFailure(state, turn, attempt, end, now);
  judgeHosts(state, turn, attempt, end, now);
}

function acknowledge(state: CoordinatorState, host: HostName, id: AttemptId): void {
  const waiting = state.unacknowledged.get(host);
  if (waiting === undefined) state.unacknowledged.set(host, [id]);
  else waiting.push(id);
}
