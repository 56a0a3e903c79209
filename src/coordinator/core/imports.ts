import type { Attempt } from '../../ledger/state.ts';
import { attemptId } from '../../model/ids.ts';
import type { Command } from './command.ts';
import { learn } from './learn.ts';
import type { CoordinatorState } from './state.ts';
import type { Turn } from './turn.ts';

/** Results of another ledger become results of this one. @returns those that were not here */
export function takeResults(
  state: CoordinatorState,
  turn: Turn,
  { results, ...source }: Extract<Command, { kind: 'import' }>,
  now: number,
): readonly Attempt[] {
  const fresh = results.filter(({ result }) => !state.ledger.attempts.has(attemptId(result.attempt)));
  if (fresh.length === 0) return [];
  turn.record({ ...source, kind: 'imported', at: now, results: fresh.map(({ result }) => result) });
  return fresh.flatMap(({ result, lines }) => {
    const id = attemptId(result.attempt);
    if (lines.length > 0) turn.recordMetrics({ attempt: id, from: 0, lines });
    const attempt = state.ledger.attempts.get(id);
    if (attempt?.status.kind !== 'ended') return [];
    learn(state, attempt, attempt.status.end);
    return [attempt];
  });
}
