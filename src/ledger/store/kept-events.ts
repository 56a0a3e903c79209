/**
 * The events of a ledger beside the ledger: where another program writes over the file, the file has them no more, and
 * hosts have forgotten the ends that were acknowledged (P1). Packed, 100,000 ended trials take about 20 MB.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';

const packAt = 1_000_000;

export class KeptEvents {
  #count = 0;
  /** Payloads of one line each, with a line feed after each. */
  readonly #packs: Buffer[] = [];
  #loose: string[] = [];
  #looseLength = 0;

  get count(): number {
    return this.#count;
  }

  add(payload: string): void {
    this.#count += 1;
    this.#loose.push(payload);
    this.#looseLength += payload.length;
    if (this.#looseLength < packAt) return;
    // Level 1 packs JSON nearly as well as 6 in a third of the time.
    this.#packs.push(deflateRawSync(`${this.#loose.join('\n')}\n`, { level: 1 }));
    this.#loose = [];
    this.#looseLength = 0;
  }

  /** In the order in which they came. */
  *payloads(): Generator<string> {
    for (const pack of this.#packs) yield* inflateRawSync(pack).toString('utf8').split('\n').slice(0, -1);
    yield* this.#loose;
  }
}
