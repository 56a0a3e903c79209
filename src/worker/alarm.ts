/** One thing that is to be done later, once. */
export class Alarm {
  readonly #act: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(act: () => void) {
    this.#act = act;
  }

  /** In so many milliseconds, unless it is set already. */
  set(inMs: number): void {
    // setTimeout counts to 2^31 ms and takes what is longer for none.
    this.#timer ??= setTimeout(() => this.#ring(), Math.min(Math.max(0, Math.ceil(inMs)), 2 ** 31 - 1));
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ring(): void {
    this.#timer = null;
    this.#act();
  }
}
