import type { Attempt } from '../../ledger/state.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { workOf } from '../../model/work.ts';
import { observeDuration } from '../../predict/duration.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** What a trial took predicts what its like will take. Hosts of another lab may have the names of these, and its figures are its own. */
export function learn(state: CoordinatorState, attempt: Attempt, end: AttemptEnd): void {
  const trial = state.ledger.trials.get(attempt.trial);
  if (end.outcome.kind !== 'succeeded' || trial === undefined || attempt.importedFrom !== null) return;
  const { launch, host } = attempt;
  observeDuration(state.durations, { launch, host, seconds: end.seconds, work: workOf(trial.point) });
}
