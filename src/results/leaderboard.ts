/** Points of a sweep ranked on its objective. Pure: the same ledger, the same leaderboard. */
import { hasResult, kindIn } from '../ledger/results.ts';
import type { LedgerState, Sweep, Trial, TrialStatus } from '../ledger/state.ts';
import type { SweepName, TrialId } from '../model/ids.ts';
import { metricOf, type MetricsLine, type Objective } from '../model/result/metrics.ts';
import { own } from '../model/own.ts';
import type { Params } from '../model/grid/params.ts';
import { type IgnoredParameter, ignoredParameters } from './ignored-parameters.ts';
import { groupsOf } from './groups/groups.ts';
import { ignoresSeed } from './ignored-seed.ts';
import { type LineMetrics, lineMetrics } from './line-metrics.ts';
import { type Result, resultOf, stoppedLine } from './result.ts';
import { compare, type Placed, type Section, sectionOf } from './sections.ts';

export interface Leaderboard {
  readonly sweep: SweepName;
  readonly objective: Objective;
  /** Names of the parameters that vary, in the order of the axes. */
  readonly axes: readonly string[];
  readonly rows: readonly Row[];
  /** Points without a result, in the order of the sweep. */
  readonly unranked: readonly UnrankedPoint[];
  /** Parameters that change nothing between the points so far. */
  readonly ignored: readonly IgnoredParameter[];
  /** Results that are there and do not hold what the sweep ranks by. */
  readonly lacking: number;
  /** Which points of how many these are, and in which order, where somebody has chosen (choice/choose-rows.ts). */
  readonly chosen: string | null;
}

/** A point as people know it: the parameters that vary come first. */
export interface Point {
  readonly params: Params;
  readonly case: string | null;
  /** The model's trainable count; null where the program does not say. */
  readonly parameters: number | null;
}

export interface Row extends Point, LineMetrics {
  /** From 1, through all sections. */
  readonly rank: number;
  readonly section: Section;
  /** Complete points that share a letter cannot be told apart (groups/groups.ts); null where nothing can be said of it. */
  readonly groups: readonly string[] | null;
  /** The first and the last rank that it cannot be told from; null likewise. */
  readonly ranks: readonly [number, number] | null;
  /** Its replicates lie too far apart for a group. */
  readonly spreadsTooFar: boolean;
  /** Those with a result, also one that diverged, and those that the sweep asks for. */
  readonly replicates: { readonly done: number; readonly declared: number };
  /** Of those that are done. */
  readonly diverged: number;
  /** Of those that are missing: they failed, and are not tried again by themselves. */
  readonly givenUp: number;
  /** The first step at which one was stopped, where no replicate has a result and its lines say so. */
  readonly stoppedAt: number | null;
  /** Those whose results count here. */
  readonly trials: readonly TrialId[];
  /** All points with replicates repeat themselves in every line: the program ignores its seed. */
  readonly seedIgnored: boolean;
}

export interface UnrankedPoint extends Point {
  readonly trials: readonly { readonly trial: TrialId; readonly state: TrialStatus['kind'] }[];
}

/** A point of a sweep with what is there of it. */
interface Trained {
  readonly point: Point;
  readonly trials: readonly Trial[];
  readonly results: readonly Result[];
  /** The lines of replicates that were stopped, where none has a result. */
  readonly stopped: readonly MetricsLine[];
}

export function leaderboard(state: LedgerState, sweep: Sweep): Leaderboard {
  const { objective, axes } = sweep.declaration;
  const points = sweep.points.map((declared): Trained => {
    const { case: named, parameters } = declared;
    const trials = declared.trials.flatMap((id) => state.trials.get(id) ?? []);
    const results = trials.flatMap((trial) => resultOf(state, trial, objective) ?? []);
    const stopped =
      results.length > 0
        ? []
        : trials.flatMap((trial): MetricsLine[] => {
            const line = stoppedLine(state, trial, objective);
            return line === null ? [] : [line];
          });
    return {
      point: { params: varyingFirst(declared.params, axes), case: named, parameters },
      trials,
      results,
      stopped,
    };
  });
  const isSeedIgnored = ignoresSeed(
    points.map(({ point: { params }, results }) => results.map(({ end }) => ({ params, end }))),
  );
  const ranked = points
    .filter(({ results, stopped }) => results.length + stopped.length > 0)
    .map((one) => rowOf(one, objective, isSeedIgnored))
    .toSorted((a, b) => compare(objective, placeOf(a, objective), placeOf(b, objective)))
    .map((row, index) => ({ rank: index + 1, ...row }));
  const unranked = points
    .filter(({ results, stopped }) => results.length + stopped.length === 0)
    .map(({ point, trials }) => ({
      ...point,
      trials: trials.map((trial) => ({ trial: trial.id, state: kindIn(sweep, trial, trial.status) })),
    }));
  const lacking = points.reduce(
    (count, { trials, results }) =>
      count + trials.filter(({ status }) => hasResult(status)).length - results.length,
    0,
  );
  return {
    sweep: sweep.name,
    objective,
    axes,
    rows: grouped(ranked, objective),
    unranked,
    ignored: ignoredParameters(state, sweep),
    lacking,
    chosen: null,
  };
}

type Ungrouped = Omit<Row, 'rank' | 'groups' | 'ranks' | 'spreadsTooFar'>;

/** Only complete points are compared: a mean over fewer replicates is no match for the others'. */
function grouped(rows: readonly (Ungrouped & Pick<Row, 'rank'>)[], objective: Objective): Row[] {
  const complete = rows.filter(({ section }) => section === 'complete');
  const values = complete.map(({ metrics }) => own(metrics, objective.metric)?.values ?? []);
  const { groups, tooFar } = groupsOf(objective, values);
  return rows.map((row, place) => {
    const group = groups[place] ?? null;
    return {
      ...row,
      groups: group?.letters ?? null,
      ranks: group === null ? null : [group.first + 1, group.last + 1],
      spreadsTooFar: tooFar.has(place),
    };
  });
}

function rowOf(
  { point, trials, results, stopped }: Trained,
  objective: Objective,
  isSeedIgnored: boolean,
): Ungrouped {
  const done = results.length;
  const diverged = results.filter(({ value }) => value === null).length;
  const steps = stopped.flatMap((line) => metricOf(line, 'step') ?? []);
  return {
    section: sectionOf({ done, diverged, declared: trials.length }),
    ...point,
    replicates: { done, declared: trials.length },
    diverged,
    givenUp: trials.filter(({ status }) => status.kind === 'failed').length,
    stoppedAt: steps.length === 0 ? null : Math.min(...steps),
    ...lineMetrics(done > 0 ? results.map(({ line }) => line) : stopped, objective.metric),
    trials: results.map(({ trial }) => trial),
    seedIgnored: isSeedIgnored && done > 1,
  };
}

const placeOf = (
  { section, metrics, replicates: { done }, diverged, parameters }: Ungrouped,
  { metric }: Objective,
): Placed => ({
  section,
  mean: own(metrics, metric)?.mean ?? null,
  done,
  diverged,
  parameters,
});

function varyingFirst(params: Params, axes: readonly string[]): Params {
  const varying = axes.flatMap((name) => {
    const value = own(params, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(varying), ...params };
}
