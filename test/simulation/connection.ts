import { encode } from '../../src/protocol/framing.ts';
import type { VirtualClock } from './clock.ts';
import type { Random } from './random.ts';

/** One end of a stream: what it does with the text that arrives, and with the end of the stream. */
export interface Side {
  received(chunk: string): void;
  closed(): void;
}

/**
 * A stream between two sides, as TCP gives it: order holds, chunks are cut anywhere, and when the cable is out what was
 * under way is gone while each side notices at a time of its own.
 */
export class Connection {
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #sides: { coordinator: Side | null; agent: Side | null } = { coordinator: null, agent: null };
  readonly #lastArrival = { coordinator: 0, agent: 0 };
  /** A line over a phone, or a jump host that swaps: what is said arrives late, and in order all the same. */
  readonly #mostDelayMs: number;
  #cut = false;

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.#mostDelayMs = random.chance(0.1) ? 2_000 : 40;
  }

  join(end: 'coordinator' | 'agent', side: Side): void {
    this.#sides[end] = side;
  }

  send(to: 'coordinator' | 'agent', message: object): void {
    if (this.#cut) return;
    const text = encode(message);
    const cutAt = this.#random.between(0, text.length);
    for (const chunk of [text.slice(0, cutAt), text.slice(cutAt)].filter((part) => part !== ''))
      this.#deliver(to, () => this.#sides[to]?.received(chunk));
  }

  /** The process at `end` is gone, or closes: the other side reads to the end and then sees it. */
  close(end: 'coordinator' | 'agent'): void {
    const other = end === 'agent' ? 'coordinator' : 'agent';
    this.#sides[end] = null;
    this.#deliver(other, () => this.#leave(other));
  }

  /** Nothing gets through any more; both sides find out by their keepalive. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    for (const end of ['coordinator', 'agent'] as const)
      this.#clock.after(this.#random.between(1, 8_000), () => this.#leave(end));
  }

  #deliver(to: 'coordinator' | 'agent', arrive: () => void): void {
    const at = Math.max(
      this.#lastArrival[to],
      this.#clock.nowMs + this.#random.between(0, this.#mostDelayMs),
    );
    this.#lastArrival[to] = at;
    this.#clock.after(at - this.#clock.nowMs, () => {
      if (!this.#cut) arrive();
    });
  }

  #leave(end: 'coordinator' | 'agent'): void {
    const side = this.#sides[end];
    this.#sides[end] = null;
    side?.closed();
  }
}
