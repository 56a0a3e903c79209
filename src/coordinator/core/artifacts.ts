/** What a trial leaves behind comes back: small files with its end, the others one by one after it. */
import type { AttemptEnd } from '../../model/attempt-end.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import type { FromAgent } from '../../protocol/messages.ts';
import type { CoordinatorState } from './state.ts';
import type { Turn } from './turn.ts';

type Files = Extract<FromAgent, { kind: 'ended' }>['files'];

/**
 * Takes in what came along with an end, before it is acknowledged, and asks for the rest. The files are written once
 * the turn is committed; should that not happen, the end is told again with them.
 */
export function takeArtifacts(
  state: CoordinatorState,
  turn: Turn,
  host: HostName,
  attempt: AttemptId,
  files: Files,
  now: number,
): void {
  if (files.length > 0) {
    turn.instruct({ kind: 'store-artifacts', attempt, files });
    const awaited = state.ledger.awaited.get(attempt);
    const paths = files.map(({ path }) => path).filter((path) => awaited?.has(path));
    if (paths.length > 0) turn.record({ kind: 'artifacts-fetched', at: now, attempt, paths });
  }
  askFor(state, turn, host, attempt);
}

/** After a connection: what is still to come from this host. */
export function askForAwaited(state: CoordinatorState, turn: Turn, host: HostName): void {
  for (const attempt of state.ledger.awaited.keys())
    if (state.ledger.attempts.get(attempt)?.host === host) askFor(state, turn, host, attempt);
}

function askFor(state: CoordinatorState, turn: Turn, host: HostName, attempt: AttemptId): void {
  const awaited = state.ledger.awaited.get(attempt);
  if (awaited === undefined) return;
  const artifacts = endOf(state, attempt)?.artifacts.filter(({ path }) => awaited.has(path)) ?? [];
  if (artifacts.length > 0) turn.instruct({ kind: 'fetch', host, attempt, artifacts });
}

function endOf(state: CoordinatorState, attempt: AttemptId): AttemptEnd | null {
  const status = state.ledger.attempts.get(attempt)?.status;
  return status?.kind === 'ended' ? status.end : null;
}
