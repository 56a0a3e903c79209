import type { LedgerEvent } from '../../ledger/events.ts';
import { fold } from '../../ledger/fold.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { MetricsBatch } from '../../ledger/metrics-batch.ts';
import { Turn } from '../../model/turn.ts';
import type { Effect, Instruction } from './events.ts';

/** A turn of the coordinator. Should its commit fail, the loop throws the state away and folds the ledger anew. */
export class CoordinatorTurn extends Turn<LedgerEvent, Effect> {
  readonly #metrics: MetricsBatch[] = [];

  constructor(ledger: LedgerState) {
    super((fact) => fold(ledger, fact));
  }

  recordMetrics(batch: MetricsBatch): void {
    this.#metrics.push(batch);
  }

  instructions(): readonly Instruction[] {
    if (this.facts.length === 0 && this.#metrics.length === 0) return this.effects;
    return [{ kind: 'commit', events: this.facts, metrics: this.#metrics }, ...this.effects];
  }
}
