import { z } from 'zod';
import { own, record } from '../own.ts';

/**
 * What a running trial reports: `step` and any number of named metrics. Values that are not numbers are kept as
 * they are (a word, a flag) but cannot be an objective. `final: true` marks the result line.
 */
export const metricsLineSchema = record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()]));
export type MetricsLine = Readonly<z.infer<typeof metricsLineSchema>>;

export const objectiveSchema = z.object({
  metric: z.string(),
  goal: z.enum(['maximize', 'minimize']),
  /** `best`: every metric is taken from the line where the objective was best; `final`: from the last line. */
  at: z.enum(['final', 'best']),
  /** True where a sweep insists on an objective that is a test figure (P7); every table then says so. */
  selectOnTest: z.boolean(),
});
export type Objective = Readonly<z.infer<typeof objectiveSchema>>;

/** The finite value of `metric` in a line, or null where it is absent, NaN or no number. */
export function metricOf(line: MetricsLine | null, metric: string): number | null {
  const value = line === null ? undefined : own(line, metric);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Whether a value is NaN or infinite. JSON has no such number (RFC 8259, 6): lines hold the word. */
export const isNotFinite = (value: MetricsLine[string] | undefined): boolean =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity';

/** Whether `candidate` is strictly better than `incumbent` on the objective; anything beats null. */
export function isBetter(
  objective: Pick<Objective, 'goal'>,
  candidate: number,
  incumbent: number | null,
): boolean {
  if (incumbent === null) return true;
  return objective.goal === 'maximize' ? candidate > incumbent : candidate < incumbent;
}

/** P7: metrics whose name starts with `test` are reported, never selected on. */
export const isTestMetric = (metric: string): boolean => metric.startsWith('test');
