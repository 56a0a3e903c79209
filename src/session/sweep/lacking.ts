/** Trials whose result does not say what a sweep ranks by: it was earned for another objective, or read by other patterns. */
import {
  type Declared,
  declare,
  type ResolvedData,
  type ResolvedProgram,
} from '../../coordinator/declaration.ts';
import { labelOf } from '../../ledger/labels.ts';
import { hasResult } from '../../ledger/results.ts';
import type { LedgerState, Trial } from '../../ledger/state.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { TrialId } from '../../model/ids.ts';
import type { Objective } from '../../model/result/metrics.ts';
import { lineMetrics } from '../../results/line-metrics.ts';
import { resultOf } from '../../results/result.ts';
import { counted } from '../text/counted.ts';
import { SessionError } from '../session-error.ts';
import type { Decision } from '../program/kept-program.ts';
import type { LoadedSweep } from './sweep-source.ts';

export interface Lacking {
  readonly trial: Trial;
  /** `only loss`: what its result has instead. */
  readonly has: string;
}

export interface DeclaredAnew {
  readonly declared: Declared;
  /** Those that are declared all the same: their results do not count. */
  readonly lacking: readonly Lacking[];
  /** Trials in whose place others stand, which are trained for this objective. */
  readonly replaced: ReadonlySet<string>;
}

/** Who was trained for this objective before goes on; `fresh` has all the others trained for it as well. */
export function declareAnew(
  ledger: LedgerState,
  { sweep, path, points }: LoadedSweep,
  program: ResolvedProgram,
  data: ResolvedData | null,
  { fresh }: Decision,
): DeclaredAnew {
  const first = declare(sweep, path, points, program, data);
  const trials = first.points.flatMap((point) => point.trials);
  const found = new Map(trials.flatMap((id) => lackOf(ledger, id, sweep.objective)));
  if (found.size === 0) return { declared: first, lacking: [], replaced: new Set() };
  const anew = declare(sweep, path, points, program, data, (id) => found.has(id));
  const trialsAnew = anew.points.flatMap((point) => point.trials);
  const isKnown = (id: TrialId | undefined): boolean => id !== undefined && ledger.trials.has(id);
  const replaced = new Set(
    trials.filter((id, index) => found.has(id) && (fresh === true || isKnown(trialsAnew[index]))),
  );
  return {
    declared: declare(sweep, path, points, program, data, (id) => replaced.has(id)),
    lacking: [...found].flatMap(([id, one]) => (replaced.has(id) ? [] : [one])),
    replaced,
  };
}

function lackOf(ledger: LedgerState, id: TrialId, objective: Objective): [TrialId, Lacking][] {
  const trial = ledger.trials.get(id);
  if (trial === undefined || !hasResult(trial.status) || resultOf(ledger, trial, objective) !== null)
    return [];
  const attempt = ledger.attempts.get(trial.status.attempt);
  const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
  const { metrics } = lineMetrics([end?.final ?? null], objective.metric);
  const names = Object.entries(metrics).flatMap(([name, { mean }]) => (mean === null ? [] : [name]));
  const isThere = names.includes(objective.metric);
  const has = isThere
    ? `only the last ${objective.metric} and not the best`
    : `only ${names.join(', ') || 'a result without a figure'}`;
  return [[id, { trial, has }]];
}

/**
 * A typo in a metric would train a night's work again, so that a person says whether that is meant.
 *
 * @throws SessionError where nobody has: nothing was changed
 */
export function requireDecision(
  ledger: LedgerState,
  { declared: { declaration }, lacking }: DeclaredAnew,
  { keep }: Decision,
): void {
  const before = ledger.sweeps.get(declaration.sweep);
  const isSame =
    canonicalJson(before?.declaration.objective ?? null) === canonicalJson(declaration.objective);
  const decided = new Set(isSame ? before?.order : []);
  const open = lacking.filter(({ trial }) => !decided.has(trial));
  if (keep === true || open.length === 0) return;
  const count = open.length;
  const leaves =
    before === undefined
      ? ''
      : `, and ${counted(count, 'result')} would leave the leaderboard (and stay in the ledger)`;
  throw new SessionError(
    `${lackingText(ledger, declaration.objective, open)}; ${declaration.path} ranks by ${declaration.objective.metric}${leaves}.\n` +
      `Say --fresh to train ${count === 1 ? 'this trial' : `these ${count} trials`} anew, or --keep to go on without ` +
      `${count === 1 ? 'its result' : 'their results'}.`,
  );
}

const mostNamed = 5;

/** `2 results have no acc, only loss (x=1; x=2)`. */
export function lackingText(
  ledger: LedgerState,
  { metric, at }: Objective,
  lacking: readonly Lacking[],
): string {
  const has = [...new Set(lacking.map((one) => one.has))];
  const labels = lacking.slice(0, mostNamed).map(({ trial }) => labelOf(ledger, trial));
  const more = lacking.length - labels.length;
  const which = [...labels, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  const what = at === 'best' ? `no best ${metric}` : `no ${metric}`;
  const verb = lacking.length === 1 ? 'has' : 'have';
  return `${counted(lacking.length, 'result')} ${verb} ${what}, ${has.length === 1 ? has[0] : 'and other metrics'} (${which})`;
}
