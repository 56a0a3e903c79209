import type { ImportedResult } from '../../ledger/events.ts';
import type { Attempt } from '../../ledger/state.ts';
import { answerTo } from '../../model/result/answer.ts';
import type { Command } from './command.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Results of another ledger become results of this one. @returns those that were not here */
export function takeResults(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  { results, ...source }: Extract<Command, { kind: 'import' }>,
  now: number,
): readonly Attempt[] {
  const fresh = results.filter(
    ({ result }) =>
      !state.ledger.attempts.has(result.attempt) && !isOfThisTerm(state, result) && isAnswer(state, result),
  );
  if (fresh.length === 0) return [];
  turn.record({
    ...source,
    kind: 'imported',
    at: now,
    launches: [],
    results: fresh.map(({ result }) => result),
  });
  return fresh.flatMap(({ result, lines }) => {
    const id = result.attempt;
    if (lines.length > 0) turn.recordMetrics({ attempt: id, from: 0, lines });
    const attempt = state.ledger.attempts.get(id);
    return attempt?.status.kind === 'ended' ? [attempt] : [];
  });
}

/** The next attempt that this coordinator leases would have that id. */
const isOfThisTerm = ({ ledger }: CoordinatorState, { attempt }: ImportedResult): boolean =>
  attempt.startsWith(`${ledger.nonce}-`);

/** A trial of a sweep here is not done by a result that lacks what all such sweeps ask for. */
function isAnswer({ ledger }: CoordinatorState, { trial, end, judgedBy }: ImportedResult): boolean {
  const asking = (ledger.trials.get(trial)?.sweeps ?? [])
    .flatMap((name) => ledger.sweeps.get(name) ?? [])
    .filter(({ isImported }) => !isImported);
  return (
    asking.length === 0 ||
    asking.some(
      ({ declaration: { objective } }) => answerTo(objective, end, judgedBy ?? objective).kind !== 'none',
    )
  );
}
