import type { Duplex } from 'node:stream';

/**
 * An agent says its figures each second to whom it is connected with. One that stands still (a stopped process, a host that
 * swaps) keeps its connection, which the kernel holds for it, and would be shown for ever as it was last.
 */
const silentMs = 30_000;
/**
 * Of that, the end is waited for by itself: after a time in which this process stood still, a timer is due before what has
 * come meanwhile is read (the phases of Node's event loop).
 */
const lastMs = 5_000;

/** Destroys a stream on which nothing has come for a while. */
export class SilenceWatch {
  readonly #stream: Duplex;
  #timer: NodeJS.Timeout | undefined;
  /** Whether that is why it was destroyed. */
  isOver = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', () => this.#expect());
    stream.on('close', () => clearTimeout(this.#timer));
    this.#expect();
  }

  /** It has said why it will be silent: nothing is expected before it speaks again. */
  excuse(): void {
    clearTimeout(this.#timer);
  }

  #expect(): void {
    this.#after(silentMs - lastMs, () => this.#after(lastMs, () => this.#end()));
  }

  #after(ms: number, then: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(then, ms);
    this.#timer.unref();
  }

  #end(): void {
    this.isOver = true;
    this.#stream.destroy();
  }
}

export const silentAgentText = `its agent has said nothing for ${silentMs / 1_000} s: it stands still there, or the host does; its trials run on, and it is tried again by itself`;
