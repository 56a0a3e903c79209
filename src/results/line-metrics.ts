/** The metrics of the lines that results are ranked by. */
import { isNotFinite, type MetricsLine, metricOf } from '../model/result/metrics.ts';
import { own } from '../model/own.ts';
import { type Estimate, estimate } from './student.ts';

/** A metric over the replicates of a point. */
export interface LineMetric extends Omit<Estimate, 'mean'> {
  /** Of the finite values; null where there is none. */
  readonly mean: number | null;
  /** The finite ones, in the order of the replicates. */
  readonly values: readonly number[];
}

export interface LineMetrics {
  /** By name; the objective's first. A metric that some lines lack is the mean of those that have it. */
  readonly metrics: Readonly<Record<string, LineMetric>>;
  /** In how many lines a metric is NaN or infinite: it is marked, never averaged away. Only those where it is. */
  readonly notFinite: Readonly<Record<string, number>>;
}

/** Where a line stands, not how good it is. */
const position: ReadonlySet<string> = new Set(['step', 'final']);

/** @param lines one a replicate; null where a replicate diverged and no line says how */
export function lineMetrics(lines: readonly (MetricsLine | null)[], objective: string): LineMetrics {
  const values = new Map<string, number[]>([[objective, []]]);
  const notFinite = new Map<string, number>();
  for (const line of lines) {
    const names = new Set([objective, ...Object.keys(line ?? {})].filter((name) => !position.has(name)));
    for (const name of names) {
      const value = metricOf(line, name);
      if (value !== null) addTo(values, name, value);
      else if (line === null || isNotFinite(own(line, name))) {
        if (!values.has(name)) values.set(name, []);
        notFinite.set(name, (notFinite.get(name) ?? 0) + 1);
      }
    }
  }
  return {
    metrics: Object.fromEntries(
      [...values].map(([name, all]) => [name, { ...estimateOf(all), values: all }]),
    ),
    notFinite: Object.fromEntries(notFinite),
  };
}

const estimateOf = (values: readonly number[]): Omit<LineMetric, 'values'> =>
  values.length === 0 ? { mean: null, low: null, high: null, spread: null } : estimate(values);

function addTo(values: Map<string, number[]>, name: string, value: number): void {
  const before = values.get(name);
  if (before === undefined) values.set(name, [value]);
  else before.push(value);
}
