/** Work on one thing at a time: what many want to do to the same folder is done by one, and the others look again. */
class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Runs `work` when everybody who asked for `key` before is through. @param work is told whether it had to wait */
  async take<T>(key: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = Promise.withResolvers<void>();
    this.#last.set(key, mine.promise);
    await before;
    try {
      return await work(before !== undefined);
    } finally {
      mine.resolve();
      if (this.#last.get(key) === mine.promise) this.#last.delete(key);
    }
  }
}

/** By a folder's id, with what is done to it: hosts that share a home are shipped to once. */
export const folderTurns = new Turns();
