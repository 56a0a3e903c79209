/** Points of a sweep ranked on its objective. Pure: the same ledger, the same leaderboard. */
import type { LedgerState, Sweep, TrialStatus } from '../ledger/state.ts';
import { type SweepName, type TrialId, trialId } from '../model/ids.ts';
import { isBetter, type Objective } from '../model/metrics.ts';
import type { Params } from '../model/params.ts';
import { isSeedIgnored, metricsOf, type Result, resultOf } from './result.ts';
import { type Estimate, estimate } from './student.ts';
import { own } from '../model/own.ts';

export interface Leaderboard {
  readonly sweep: SweepName;
  readonly objective: Objective;
  /** Names of the parameters that vary, in the order of the axes. */
  readonly axes: readonly string[];
  readonly rows: readonly Row[];
  /** Points without a result, in the order of the sweep. */
  readonly unranked: readonly UnrankedPoint[];
  /** Results that are there and do not hold what the sweep ranks by. */
  readonly lacking: number;
}

/** A point as people know it: the parameters that vary come first. */
export interface Point {
  readonly params: Params;
  readonly case: string | null;
  /** The model's trainable count; null where the program does not say. */
  readonly parameters: number | null;
}

export interface Row extends Point {
  /** From 1. */
  readonly rank: number;
  /** Null until a method is named that tells points apart. */
  readonly groups: null;
  readonly replicates: { readonly done: number; readonly declared: number };
  /** By name; the objective's first. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** Those whose results count here. */
  readonly trials: readonly TrialId[];
  /** Two replicates reported the same in every line: the program ignores its seed. */
  readonly seedIgnored: boolean;
}

export interface UnrankedPoint extends Point {
  readonly trials: readonly { readonly trial: TrialId; readonly state: TrialStatus['kind'] }[];
}

type Unplaced = Omit<Row, 'rank' | 'groups'>;

/** Ranks on the mean of the objective over finished replicates; of equals the one with fewer parameters is first. */
export function leaderboard(state: LedgerState, sweep: Sweep): Leaderboard {
  const { objective, axes } = sweep.declaration;
  const rows: Unplaced[] = [];
  const unranked: UnrankedPoint[] = [];
  let lacking = 0;
  for (const declared of sweep.points) {
    const { case: named, parameters } = declared;
    const point: Point = { params: varyingFirst(declared.params, axes), case: named, parameters };
    const trials = declared.trials.flatMap((id) => state.trials.get(trialId(id)) ?? []);
    const results = trials.flatMap((trial) => resultOf(state, trial, objective) ?? []);
    lacking += trials.filter(({ status }) => status.kind === 'succeeded').length - results.length;
    if (results.length > 0) rows.push({ ...point, ...summary(results, trials.length, objective) });
    else
      unranked.push({
        ...point,
        trials: trials.map(({ id, status }) => ({ trial: id, state: status.kind })),
      });
  }
  const ranked = rows
    .sort((a, b) => compare(objective, a, b))
    .map((row, index): Row => ({ rank: index + 1, groups: null, ...row }));
  return { sweep: sweep.name, objective, axes, rows: ranked, unranked, lacking };
}

function summary(
  results: readonly Result[],
  declared: number,
  objective: Objective,
): Omit<Unplaced, keyof Point> {
  return {
    replicates: { done: results.length, declared },
    metrics: estimates(results, objective),
    trials: results.map(({ trial }) => trial),
    seedIgnored: isSeedIgnored(results.map(({ end }) => end)),
  };
}

/** A metric that some replicates lack is the mean of those that have it. */
function estimates(results: readonly Result[], objective: Objective): Record<string, Estimate> {
  const values = new Map<string, number[]>([[objective.metric, []]]);
  for (const [name, value] of results.flatMap(({ line }) => metricsOf(line))) {
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else before.push(value);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, estimate(all)]));
}

function varyingFirst(params: Params, axes: readonly string[]): Params {
  const varying = axes.flatMap((name) => {
    const value = own(params, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(varying), ...params };
}

function compare(objective: Objective, a: Unplaced, b: Unplaced): number {
  const [ours, theirs] = [a, b].map(({ metrics }) => own(metrics, objective.metric)?.mean);
  if (ours === undefined || theirs === undefined || ours === theirs)
    return (a.parameters ?? Number.MAX_VALUE) - (b.parameters ?? Number.MAX_VALUE);
  return isBetter(objective, ours, theirs) ? -1 : 1;
}
