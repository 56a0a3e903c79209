/** The connection went while an answer was on its way: it may be asked for again over the next one. */
export class Interrupted extends Error {
  readonly code = 'INTERRUPTED';
  override readonly name = 'Interrupted';

  constructor() {
    super('the connection was cut');
  }
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Interrupted) => void;
}

/** Replies of one kind that are waited for over one connection, by what they are about; each question has its own. */
export class Replies<Reply> {
  readonly #waiting = new Map<string, Waiting<Reply>[]>();
  #isInterrupted = false;

  /** @throws Interrupted */
  to(about: string, ask: () => void): Promise<Reply> {
    if (this.#isInterrupted) return Promise.reject(new Interrupted());
    return new Promise((resolve, reject) => {
      this.#waiting.set(about, [...(this.#waiting.get(about) ?? []), { resolve, reject }]);
      ask();
    });
  }

  came(about: string, reply: Reply): void {
    this.#waiting.get(about)?.shift()?.resolve(reply);
  }

  /** Nobody will answer, now or later. */
  interrupted(): void {
    this.#isInterrupted = true;
    for (const waiting of this.#waiting.values()) for (const { reject } of waiting) reject(new Interrupted());
    this.#waiting.clear();
  }
}
