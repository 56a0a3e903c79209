/** Parameters of a sweep that seem to change nothing, for who draws it again and again. */
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { type IgnoredParameter, ignoredParameters } from '../results/ignored-parameters.ts';

/** To look at 100,000 results takes 0.6 s where a parameter changes nothing: they are looked at when so many have come. */
const newShare = 0.02;

export class Doubts {
  #results = -1;
  #next = 0;
  #found: readonly IgnoredParameter[] = [];

  of(state: LedgerState, sweep: Sweep): readonly IgnoredParameter[] {
    const { succeeded } = sweep.counts;
    // Fewer: the sweep was declared anew.
    if (succeeded >= this.#next || succeeded < this.#results) {
      this.#found = ignoredParameters(state, sweep);
      this.#results = succeeded;
      this.#next = succeeded + Math.max(1, succeeded * newShare);
    }
    return this.#found;
  }
}
