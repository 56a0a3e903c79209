import type { LedgerEvent } from '../../ledger/events.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { MetricsBatch } from '../../ledger/metrics-batch.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import type { Verdict } from './verdict.ts';

/** What a run says while it goes on: lines that live on a terminal, lines in a log, or NDJSON for scripts. */
export interface RunReporter {
  /** After each commit, with the state that the facts have led to. */
  committed(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[], ledger: LedgerState): void;
  /** Now and then, with the figures of the moment. */
  moment(ledger: LedgerState, live: LiveFigures): void;
  /** What is to be known of the lab, once. */
  notice(line: string): void;
  /** The sweep has come to rest, or the run leaves it. */
  ended(ledger: LedgerState, summary: RunSummary): void | Promise<void>;
  /** After `ended`, where the sweep is over. */
  over(ledger: LedgerState, verdict: Verdict): void;
  close(): void;
}

export interface RunSummary {
  readonly sweep: Sweep;
  /** Trials that had a result before this run. */
  readonly cached: number;
  readonly succeeded: number;
  readonly diverged: number;
  readonly failed: number;
  readonly seconds: number;
}
