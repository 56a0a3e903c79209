/** What a command waits for: sweeps, each shown until it has come to its end, one after the other. */
import type { Asked } from '../../coordinator/core/command.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { MetricsBatch } from '../../ledger/metrics-batch.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { countsOf } from '../../ledger/sweeps.ts';
import { sweepName } from '../../model/ids.ts';
import { coresNote } from '../sweep/cores-note.ts';
import type { Awaited, RunRequest } from './run-request.ts';
import { graver, type RunOutcome } from './run-outcome.ts';
import type { RunReporter } from './run-reporter.ts';
import { type Obstacles, outcomeOf, sweepOf, type Verdict } from './verdict.ts';

/** How one of them is over: by itself, or since no host can go on with it. */
export interface Over {
  readonly obstacles: Obstacles | null;
}

type Results = Pick<Sweep['counts'], 'succeeded' | 'diverged'>;

export class Watched {
  readonly #request: RunRequest;
  readonly #startedAt = performance.now();
  readonly #left: Awaited[];
  /** Results that were there before, by sweep. */
  readonly #cached = new Map<string, Results>();
  #reporter: RunReporter;
  #outcome: RunOutcome = 'done';
  #isClosed = false;
  #lacksGpuEngine: boolean;

  constructor(request: RunRequest) {
    this.#request = request;
    this.#lacksGpuEngine = request.lacksGpuEngine;
    this.#left = [...request.awaited];
    this.#reporter = request.reporterOf(this.#left[0]?.sweep ?? sweepName(''));
  }

  /** Null once all of them are over. */
  get current(): Awaited | null {
    return this.#left[0] ?? null;
  }

  /** The gravest that was met. */
  get outcome(): RunOutcome {
    return this.#outcome;
  }

  /** What is to be asked of another coordinator, should this one be gone. */
  get asked(): Asked[] {
    return this.#left.map(({ sweep, trials }) => ({ sweep, trials: trials === null ? null : [...trials] }));
  }

  /** The sweeps are declared by now. */
  begin(ledger: LedgerState): void {
    for (const awaited of this.#left)
      if (!this.#cached.has(awaited.sweep))
        this.#cached.set(awaited.sweep, { ...this.countsOf(ledger, awaited) });
  }

  /** Others were handed in meanwhile. */
  add(ledger: LedgerState, asked: readonly Asked[]): void {
    this.#left.push(...asked.map(awaitedOf));
    this.begin(ledger);
    const [next] = this.#left;
    if (next !== undefined) this.#reporter = this.#request.reporterOf(next.sweep);
  }

  committed(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[], ledger: LedgerState): void {
    if (!this.#isClosed) this.#reporter.committed(events, metrics, ledger);
  }

  moment(ledger: LedgerState, live: LiveFigures): void {
    if (this.#isClosed || this.current === null) return;
    this.#sayCores(live);
    this.#reporter.moment(ledger, live);
  }

  #sayCores({ hosts }: LiveFigures): void {
    const note = this.#lacksGpuEngine ? coresNote(hosts) : null;
    if (note === null) return;
    this.#lacksGpuEngine = false;
    this.notice(note);
  }

  notice(line: string): void {
    this.#reporter.notice(line);
  }

  /** Nothing is shown any more. */
  close(): void {
    this.#isClosed = true;
    this.#reporter.close();
  }

  countsOf(ledger: LedgerState, { sweep: name, trials }: Awaited): Sweep['counts'] {
    const sweep = sweepOf(ledger, name);
    return countsOf(sweep, trials ?? sweep.part);
  }

  /** Of all that are not over. */
  countsLeft(ledger: LedgerState): { readonly running: number; readonly leased: number } {
    const counts = this.#left.map((awaited) => this.countsOf(ledger, awaited));
    const sum = (of: 'running' | 'leased'): number => counts.reduce((all, each) => all + each[of], 0);
    return { running: sum('running'), leased: sum('leased') };
  }

  /** Says the end of those that are over, up to the first that is not. */
  async look(ledger: LedgerState, overOf: (awaited: Awaited) => Over | null): Promise<void> {
    for (let awaited = this.current; awaited !== null; awaited = this.current) {
      const over = overOf(awaited);
      if (over === null) return;
      await this.sayEnd(ledger, awaited);
      const verdict: Verdict = {
        sweep: sweepOf(ledger, awaited.sweep),
        counts: this.countsOf(ledger, awaited),
        obstacles: over.obstacles,
      };
      this.#reporter.over(ledger, verdict);
      this.#outcome = graver(this.#outcome, outcomeOf(verdict));
      this.#left.shift();
      if (this.current !== null) this.#reporter = this.#request.reporterOf(this.current.sweep);
    }
  }

  async sayEnd(ledger: LedgerState, awaited: Awaited): Promise<void> {
    const { succeeded, diverged, failed } = this.countsOf(ledger, awaited);
    const before = this.#cached.get(awaited.sweep) ?? { succeeded: 0, diverged: 0 };
    await this.#reporter.ended(ledger, {
      sweep: sweepOf(ledger, awaited.sweep),
      cached: before.succeeded + before.diverged,
      succeeded: succeeded - before.succeeded,
      diverged: diverged - before.diverged,
      failed,
      seconds: (performance.now() - this.#startedAt) / 1_000,
    });
  }
}

export const awaitedOf = ({ sweep, trials }: Asked): Awaited => ({
  sweep,
  trials: trials === null ? null : new Set(trials),
});
