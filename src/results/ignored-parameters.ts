/** Parameters that change nothing: the program may not read them, and each of their values costs a training. */
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { metricOf } from '../model/result/metrics.ts';
import { own } from '../model/own.ts';
import { resultOf } from './result.ts';
import { figuresOf, likeness, type Training } from './same-training.ts';

export interface IgnoredParameter {
  readonly parameter: string;
  /** Pairs of points that differ in it alone, and agree in every line for the same seed. */
  readonly pairs: number;
}

/** One pair may agree for a reason of its own. */
const fewestPairs = 2;

interface Replicate extends Training {
  readonly seed: number;
}

/** One pass that ends once each parameter has made a difference: with most programs, after a few points. */
export function ignoredParameters(state: LedgerState, sweep: Sweep): IgnoredParameter[] {
  const { axes } = sweep.declaration;
  const suspects = new Set(axes.filter((name) => !waits.test(name)).map((name) => new Suspect(name, axes)));
  for (const point of sweep.points) {
    if (suspects.size === 0) return [];
    for (const training of trainingsOf(state, sweep, point))
      for (const suspect of suspects) if (!suspect.fits(training)) suspects.delete(suspect);
  }
  return [...suspects].flatMap(({ parameter, pairs }) => (pairs < fewestPairs ? [] : [{ parameter, pairs }]));
}

const trainingsOf = (
  state: LedgerState,
  { declaration: { objective } }: Sweep,
  { params, trials }: Sweep['points'][number],
): Replicate[] =>
  trials.flatMap((id) => {
    const trial = state.trials.get(id);
    const result = trial === undefined ? null : resultOf(state, trial, objective);
    return trial === undefined || result === null ? [] : [{ params, seed: trial.seed, end: result.end }];
  });

/** A parameter that has made no difference yet. */
class Suspect {
  readonly parameter: string;
  readonly #others: readonly string[];
  /** By seed and by all other parameters: the first training, and how many are the same up to now. */
  readonly #groups = new Map<string, { readonly first: Replicate; same: number }>();
  readonly #pairs = new Map<number, number>();
  /** Networks that have collapsed are all alike; flat lines tell only where they differ between pairs. */
  readonly #flat = new Set<string>();

  constructor(parameter: string, axes: readonly string[]) {
    this.parameter = parameter;
    this.#others = axes.filter((name) => name !== parameter);
  }

  get pairs(): number {
    const curved = Math.max(0, ...this.#pairs.values());
    return this.#flat.size < fewestPairs ? curved : Math.max(curved, this.#flat.size);
  }

  /** Takes a training in. @returns whether the parameter may still make no difference */
  fits(training: Replicate): boolean {
    const { params, seed, end } = training;
    const key = JSON.stringify([seed, ...this.#others.map((name) => own(params, name) ?? null)]);
    const group = this.#groups.get(key);
    if (group === undefined) {
      this.#groups.set(key, { first: training, same: 1 });
      return true;
    }
    const found = likeness(group.first, training);
    if (found === 'different') return false;
    if (mayHaveStopped(this.parameter, group.first, training)) return true;
    if (found === 'flat') this.#flat.add(figuresOf(end.final));
    if (found !== 'same') return true;
    // It makes a pair with each before it.
    this.#pairs.set(seed, (this.#pairs.get(seed) ?? 0) + group.same);
    group.same += 1;
    return true;
  }
}

/** Early stopping: a training that ended before its patience was spent is the same with more of it. */
const waits = /patience|early.?stop|min.?delta|no.?change|^tol/i;
const lengths = /epoch|steps?$|iter|estimators|rounds?$/i;

/** Whether two trainings of different lengths may be equal since both stopped before the shorter length. */
function mayHaveStopped(parameter: string, a: Training, b: Training): boolean {
  if (!lengths.test(parameter)) return false;
  if (
    Object.entries(a.params).some(
      ([name, value]) => waits.test(name) && value !== null && value !== 0 && value !== false,
    )
  )
    return true;
  const [one, other] = [a, b].map(({ params }) => own(params, parameter));
  if (typeof one !== 'number' || typeof other !== 'number') return true;
  const { metricsCount, final } = a.end;
  const reached = metricOf(final, 'epoch') ?? metricsCount;
  // One line an epoch, and one more for the result; of other programs nobody knows how far they came.
  return reached < Math.min(one, other) || metricsCount > Math.max(one, other) + 1;
}
