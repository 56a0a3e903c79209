/**
 * Results that were earned in another ledger. They count as those earned here do, so that nobody trains again what a
 * colleague has; what they amount to does not depend on the order in which ledgers are merged.
 */
import { canonicalJson } from '../model/grid/canonical.ts';
import type { Objective } from '../model/result/metrics.ts';
import { isResult } from '../model/result/outcome.ts';
import type { TrialId } from '../model/ids.ts';
import type { ForeignDeclaration, ImportedResult, LedgerEvent, PointDeclaration } from './events.ts';
import type { Attempt, LedgerState, Sweep } from './state.ts';
import { countIn, noCounts } from './sweeps.ts';
import { newTrial, setStatus, takesThePlace } from './trials.ts';

type Imported = Extract<LedgerEvent, { kind: 'imported' }>;

export function importResults(state: LedgerState, event: Imported): void {
  // Its launches stay where they are: under a known id may stand another command.
  const fresh = event.results.filter((result) => takeIn(state, event, result));
  // How urgent it was in another ledger is nothing to this one, and ledgers of before do not say.
  for (const declaration of event.declarations)
    joinSweep(state, { ...declaration, priority: 0 }, event.at, fresh);
}

/** @returns whether it was not here */
function takeIn(state: LedgerState, event: Imported, result: ImportedResult): boolean {
  const { ledger, path, declarations } = event;
  const { kind } = result.end.outcome;
  if (state.attempts.has(result.attempt) || !isResult(kind)) return false;
  const id = result.trial;
  const trial = state.trials.get(id) ?? newTrial(state, id, result.point, result.seed, result.replicate);
  const attempt: Attempt = {
    id: result.attempt,
    number: trial.attempts.length + 1,
    trial: id,
    point: result.point,
    sweep: result.sweep,
    launch: result.launch,
    host: result.host,
    leasedAt: result.endedAt,
    priority: 0,
    alone: false,
    continues: null,
    anew: null,
    predicted: null,
    importedFrom: {
      ledger,
      path,
      declarations: declarations.filter(({ sweep }) => result.sweeps.includes(sweep)),
      judgedBy: judgeOf(event, result),
    },
    status: { kind: 'ended', end: result.end, at: result.endedAt },
  };
  state.attempts.set(attempt.id, attempt);
  trial.attempts = trial.attempts.concat(attempt.id);
  if (takesThePlace(state, trial, attempt)) setStatus(state, trial, { kind, attempt: attempt.id });
  return true;
}

const judgeOf = ({ launches }: Imported, { judgedBy, launch }: ImportedResult): Objective | null =>
  judgedBy ?? launches.find((one) => one.launch === launch)?.spec.objective ?? null;

/**
 * A sweep that nobody declared here is what others have trained of it, as long as they asked the same question. Where
 * they did not, the smallest question stands for its name, and the results of the others wait for a sweep that asks them.
 */
function joinSweep(
  state: LedgerState,
  declaration: ForeignDeclaration,
  at: number,
  results: readonly ImportedResult[],
): void {
  const name = declaration.sweep;
  const known = state.sweeps.get(name);
  if (known?.isImported === false) return;
  const ours = results.filter(({ sweeps }) => sweeps.includes(declaration.sweep));
  if (ours.length === 0 || (known !== undefined && questionOf(known.declaration) < questionOf(declaration)))
    return;
  const same =
    known !== undefined && questionOf(known.declaration) === questionOf(declaration) ? known : null;
  for (const trial of known?.order ?? []) trial.sweeps = trial.sweeps.filter((sweep) => sweep !== name);
  const points = union(same?.points ?? [], ours).map((point) =>
    withTrials(point, oncePerSeed(state, point.trials)),
  );
  const order = points.flatMap(({ trials }) => trials.flatMap((id) => state.trials.get(id) ?? []));
  const sweep: Sweep = {
    name,
    declaration: same === null ? declaration : smaller(same.declaration, declaration),
    declaredAt: known?.declaredAt ?? at,
    openedAt: Math.max(same?.openedAt ?? 0, ...ours.map(({ endedAt }) => endedAt)),
    isImported: true,
    points,
    order,
    firstQueued: order.length,
    part: null,
    counts: noCounts(),
    diverged: new Set(),
    status: { kind: 'open' },
  };
  for (const trial of order) countIn(state, sweep, trial);
  state.sweeps.set(name, sweep);
  for (const trial of order) trial.sweeps = trial.sweeps.concat(name);
}

/** What must be equal for results to be ranked together. */
const questionOf = ({ program, data, objective }: ForeignDeclaration): string =>
  canonicalJson({ program, data, objective });

/** In an order of their own: that of the grid is another in each ledger. */
function union(known: readonly PointDeclaration[], results: readonly ImportedResult[]): PointDeclaration[] {
  const points = new Map(known.map((point) => [point.shape, point]));
  for (const { point, trial } of results) {
    const before = points.get(point.shape);
    const trials = [...new Set([...(before?.trials ?? []), trial])].toSorted();
    const one = before === undefined ? point : smaller(withTrials(before, []), withTrials(point, []));
    points.set(point.shape, withTrials(one, trials));
  }
  return [...points.values()].toSorted((a, b) => (a.shape < b.shape ? -1 : 1));
}

/** A training may have a second name, by which it was trained for this objective: one of them counts. */
const oncePerSeed = (state: LedgerState, trials: readonly TrialId[]): TrialId[] => [
  ...new Map(trials.toReversed().map((id) => [state.trials.get(id)?.seed, id])).values(),
];

const withTrials = (point: PointDeclaration, trials: readonly TrialId[]): PointDeclaration => ({
  ...point,
  trials: [...trials],
});

const smaller = <Declared>(one: Declared, other: Declared): Declared =>
  canonicalJson(one) <= canonicalJson(other) ? one : other;
