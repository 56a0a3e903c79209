/** The trainings of a point with what their networks made of each clip, out of the artifacts that came back. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactsFolder } from '../../coordinator/artifacts-folder.ts';
import { hasResult } from '../../ledger/results.ts';
import type { LedgerState, Trial } from '../../ledger/state.ts';
import type { Objective } from '../../model/result/metrics.ts';
import { isShareOf, type Training } from '../../results/compare/comparison.ts';
import type { Prediction } from '../../results/compare/predictions.ts';
import { resultOf } from '../../results/result.ts';
import { readPredictions } from './predictions.ts';

/** Of the trials that have a finite result. */
export function trainingsOf(
  { state, folder }: { readonly state: LedgerState; readonly folder: string },
  trials: readonly Trial[],
  objective: Objective,
): Training[] {
  return trials.flatMap((trial) => {
    const value = resultOf(state, trial, objective)?.value ?? null;
    if (value === null || !hasResult(trial.status)) return [];
    const file = join(artifactsFolder(folder, trial.status.attempt), 'predictions.csv');
    const all = existsSync(file) ? readPredictions(readFileSync(file, 'utf8')) : null;
    return [{ value, predictions: all === null ? null : ofSplit(all, value), wrote: all !== null }];
  });
}

/** Those of the part of the data set that the objective is about: the one in which they are right as often as it says. */
function ofSplit(all: readonly Prediction[], value: number): Prediction[] | null {
  const splits = Map.groupBy(all, ({ split }) => split);
  return [...splits.values()].find((predictions) => isShareOf(predictions, value)) ?? null;
}
