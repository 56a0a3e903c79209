/** How much a second, over the last 10 s: what comes back from swap comes in bursts. Pure. */
const meanMs = 10_000;

export class SwapIn {
  readonly #pageBytes: number;
  #looks: readonly { readonly at: number; readonly pages: number }[] = [];

  constructor(pageBytes: number) {
    this.#pageBytes = pageBytes;
  }

  /** @returns bytes a second; null where nothing is counted, or at the first look */
  read(now: number, pages: number | null): number | null {
    if (pages === null) return null;
    const earlier = this.#looks.filter(({ at }) => at < now && now - at <= meanMs);
    this.#looks = [...earlier, { at: now, pages }];
    const [first] = earlier;
    if (first === undefined) return null;
    return (Math.max(0, pages - first.pages) * this.#pageBytes * 1_000) / (now - first.at);
  }
}
