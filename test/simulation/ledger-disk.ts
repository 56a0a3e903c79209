import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { MetricsBatch } from '../../src/ledger/metrics-batch.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import type { AttemptId } from '../../src/model/ids.ts';

export const isSilence = ({ outcome }: AttemptEnd): boolean =>
  outcome.kind === 'lost' && outcome.reason === 'silence';

/** What a disk keeps of a ledger, from one coordinator to the next. */
export class LedgerDisk {
  readonly events: string[] = [];
  readonly lines = new Map<AttemptId, number>();
  /** Until then each commit fails. */
  fullUntil = 0;
  /** What can be acknowledged, and what can be sent. */
  readonly ended = new Set<string>();
  readonly leased = new Set<string>();
  #copy: { readonly events: readonly string[]; readonly lines: ReadonlyMap<AttemptId, number> } | null = null;

  commit(events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]): void {
    for (const event of events) {
      this.events.push(JSON.stringify(event));
      this.#index(event);
    }
    for (const { attempt, from, lines } of metrics) this.lines.set(attempt, from + lines.length);
  }

  backUp(): void {
    this.#copy = { events: [...this.events], lines: new Map(this.lines) };
  }

  /** Puts the copy back in place of what there is. @returns false where there is none */
  restore(): boolean {
    if (this.#copy === null) return false;
    this.events.splice(0, this.events.length, ...this.#copy.events);
    this.lines.clear();
    for (const [attempt, count] of this.#copy.lines) this.lines.set(attempt, count);
    this.ended.clear();
    this.leased.clear();
    for (const line of this.events) this.#index(JSON.parse(line) as LedgerEvent);
    return true;
  }

  #index(event: LedgerEvent): void {
    // What is only presumed lost has no end yet that could be acknowledged.
    if (event.kind === 'ended' && !isSilence(event.end)) this.ended.add(event.attempt);
    if (event.kind === 'adopted') this.leased.add(event.attempt);
    if (event.kind === 'leased') for (const { attempt } of event.leases) this.leased.add(attempt);
  }
}
