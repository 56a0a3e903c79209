import type { AttemptId } from '../model/ids.ts';
import type { MetricsLine } from '../model/result/metrics.ts';

/** Metrics lines of an attempt as they are committed: outside the chain, in a table of their own. */
export interface MetricsBatch {
  readonly attempt: AttemptId;
  /** Index of the first line, from 0. A line that is there already is not written again. */
  readonly from: number;
  readonly lines: readonly MetricsLine[];
}
