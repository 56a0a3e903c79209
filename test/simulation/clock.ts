/** Virtual time: what is due next happens next, and nothing waits. */
export class VirtualClock {
  nowMs = 0;
  #order = 0;
  #due: { at: number; order: number; run: () => void }[] = [];

  after(delayMs: number, run: () => void): void {
    this.#order += 1;
    const entry = { at: this.nowMs + Math.max(0, delayMs), order: this.#order, run };
    const index = this.#due.findIndex((other) => other.at > entry.at);
    this.#due.splice(index < 0 ? this.#due.length : index, 0, entry);
  }

  /** Runs all that is due until then, what it brings about included. */
  runUntil(ms: number): void {
    for (let [next] = this.#due; next !== undefined && next.at <= ms; [next] = this.#due) this.step();
    this.nowMs = Math.max(this.nowMs, ms);
  }

  /** Runs the next event; false when there is none. */
  step(): boolean {
    const next = this.#due.shift();
    if (next === undefined) return false;
    this.nowMs = next.at;
    next.run();
    return true;
  }
}
