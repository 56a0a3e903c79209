/**
 * What one event decides, in the coordinator as in an agent: facts, which its ledger or journal keeps, and effects. A fact
 * takes effect on the state at once, by the fold that replays it, so that what follows in the same turn sees it. Nothing
 * leaves the process before the facts of its turn are on the disk (P2).
 */
export class Turn<Fact, Effect> {
  readonly #apply: (fact: Fact) => void;
  readonly #facts: Fact[] = [];
  readonly #effects: Effect[] = [];

  constructor(apply: (fact: Fact) => void) {
    this.#apply = apply;
  }

  record(fact: Fact): void {
    this.#apply(fact);
    this.#facts.push(fact);
  }

  instruct(effect: Effect): void {
    this.#effects.push(effect);
  }

  get facts(): readonly Fact[] {
    return this.#facts;
  }

  /** In the order in which they were decided. */
  get effects(): readonly Effect[] {
    return this.#effects;
  }
}
