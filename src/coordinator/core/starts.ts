import type { Attempt } from '../../ledger/state.ts';
import type { AttemptId } from '../../model/ids.ts';
import { noteRun, takeUpAgain } from './silence.ts';
import { attemptOf } from './speaks-for.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Attempts that a host says it runs. What was given up meanwhile is taken up again. */
export function turnStarted(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  host: FleetHost,
  started: readonly { readonly attempt: AttemptId; readonly device: string; readonly runningMs?: number }[],
  now: number,
): void {
  takeUpAgain(state, turn, host, own(state, host, started), now);
  for (const { attempt, runningMs } of started)
    if (attemptOf(state, host, attempt) !== null) noteRun(state, attempt, runningMs ?? 0);
  const news = started
    .filter(({ attempt }) => attemptOf(state, host, attempt)?.status.kind === 'leased')
    .map(({ attempt, device }) => ({ attempt, device }));
  if (news.length > 0) turn.record({ kind: 'started', at: now, host: host.name, attempts: news });
}

/** Those of which the host may speak; each once, however often it names it. */
export const own = (
  state: CoordinatorState,
  host: FleetHost,
  said: readonly { readonly attempt: AttemptId }[],
): Attempt[] => [...new Set(said.flatMap(({ attempt }) => attemptOf(state, host, attempt) ?? []))];
