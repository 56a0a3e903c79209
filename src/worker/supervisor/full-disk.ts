import { isDiskFull } from '../telemetry/disk-free.ts';

/** Of several that fail on a full disk the first makes room when it is over, and the others failed for want of it as well. */
const fullForMs = 10_000;

/** Whether the disk that trials write to has room, as it was seen. */
export class FullDisk {
  readonly #folder: string;
  readonly #now: () => number;
  /** When it was seen full last. */
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string, now: () => number) {
    this.#folder = folder;
    this.#now = now;
  }

  look(): void {
    if (isDiskFull(this.#folder)) this.#fullAt = this.#now();
  }

  /** It is, or was a moment ago. */
  get isFull(): boolean {
    return this.#now() - this.#fullAt < fullForMs;
  }
}
