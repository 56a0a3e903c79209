/** What trials are called on a screen: by the parameters that tell the points of their sweep apart. */
import type { Attempt, LedgerState, Sweep, Trial } from './state.ts';
import { pointLabel, tellingParams, trialLabel } from '../model/grid/point-label.ts';

export const labelOf = (state: LedgerState, trial: Trial): string =>
  trialLabel(trial, namesFor(state, trial));

/** What all replicates of a trial's point are called. */
export const pointLabelOf = (state: LedgerState, trial: Trial): string =>
  pointLabel(trial.point, namesFor(state, trial));

function namesFor(state: LedgerState, trial: Trial): readonly string[] {
  const sweep = trial.sweeps.map((name) => state.sweeps.get(name)).find((one) => one !== undefined);
  return sweep === undefined ? [] : namesOf(sweep);
}

/** By the sweep that the attempt was leased for. */
export function attemptLabel(state: LedgerState, attempt: Attempt): string {
  const trial = state.trials.get(attempt.trial);
  const sweep = state.sweeps.get(attempt.sweep);
  return trial === undefined || sweep === undefined ? attempt.trial : trialLabel(trial, namesOf(sweep));
}

/** Asked for every line that is drawn, and the same as long as the sweep is. */
const names = new WeakMap<Sweep, readonly string[]>();

function namesOf(sweep: Sweep): readonly string[] {
  const known = names.get(sweep) ?? tellingParams(sweep.points, sweep.declaration.axes);
  if (sweep.status.kind !== 'declaring') names.set(sweep, known);
  return known;
}
