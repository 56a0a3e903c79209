import type { LedgerEvent } from '../../ledger/events.ts';
import { fold } from '../../ledger/fold.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { MetricsBatch } from '../../ledger/metrics-batch.ts';
import type { Instruction } from './events.ts';

/**
 * What one transition decides. A fact takes effect on the state at once, so that what follows in the same turn sees
 * it; it leaves the process only after the loop has committed it (P2). Should the commit fail, the loop throws this
 * state away and folds the ledger anew.
 */
export class Turn {
  readonly #ledger: LedgerState;
  readonly #facts: LedgerEvent[] = [];
  readonly #metrics: MetricsBatch[] = [];
  readonly #effects: Instruction[] = [];

  constructor(ledger: LedgerState) {
    this.#ledger = ledger;
  }

  record(fact: LedgerEvent): void {
    fold(this.#ledger, fact);
    this.#facts.push(fact);
  }

  recordMetrics(batch: MetricsBatch): void {
    this.#metrics.push(batch);
  }

  instruct(effect: Exclude<Instruction, { kind: 'commit' }>): void {
    this.#effects.push(effect);
  }

  /** The commit first, then its effects in the order in which they were decided. */
  instructions(): readonly Instruction[] {
    if (this.#facts.length === 0 && this.#metrics.length === 0) return this.#effects;
    return [{ kind: 'commit', events: this.#facts, metrics: this.#metrics }, ...this.#effects];
  }
}
