/** What the results of a sweep say so far, for who draws it again and again. */
import type { LedgerState, Sweep } from '../ledger/state.ts';
import { rivalsSoFar } from '../results/best.ts';
import { type IgnoredParameter, ignoredParameters } from '../results/ignored-parameters.ts';

/** To look at 100,000 results takes 0.6 s where a parameter changes nothing: they are looked at when so many have come. */
const newShare = 0.02;

export interface Findings {
  /** Parameters that seem to change nothing. */
  readonly ignored: readonly IgnoredParameter[];
  /** How many points may be the best; null where nothing can be said of it. */
  readonly rivals: number | null;
}

export const findingsOf = (state: LedgerState, sweep: Sweep): Findings => ({
  ignored: ignoredParameters(state, sweep),
  rivals: rivalsSoFar(state, sweep),
});

/** Remembers them until there are more results. */
export class LatestFindings {
  #results = -1;
  #next = 0;
  #found: Findings = { ignored: [], rivals: null };

  of(state: LedgerState, sweep: Sweep): Findings {
    const { succeeded } = sweep.counts;
    // Fewer: the sweep was declared anew.
    if (succeeded >= this.#next || succeeded < this.#results) {
      this.#found = findingsOf(state, sweep);
      this.#results = succeeded;
      this.#next = succeeded + Math.max(1, succeeded * newShare);
    }
    return this.#found;
  }
}
