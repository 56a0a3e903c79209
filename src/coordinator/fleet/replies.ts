import { Interrupted } from './file-reader.ts';

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Interrupted) => void;
}

/** Replies of one kind that are waited for over one connection, by what they are about. */
export class Replies<Reply> {
  readonly #waiting = new Map<string, Waiting<Reply>>();
  #isInterrupted = false;

  /** @throws Interrupted */
  to(about: string, ask: () => void): Promise<Reply> {
    if (this.#isInterrupted) return Promise.reject(new Interrupted());
    return new Promise((resolve, reject) => {
      this.#waiting.set(about, { resolve, reject });
      ask();
    });
  }

  came(about: string, reply: Reply): void {
    this.#waiting.get(about)?.resolve(reply);
    this.#waiting.delete(about);
  }

  /** Nobody will answer, now or later. */
  interrupted(): void {
    this.#isInterrupted = true;
    for (const { reject } of this.#waiting.values()) reject(new Interrupted());
    this.#waiting.clear();
  }
}
