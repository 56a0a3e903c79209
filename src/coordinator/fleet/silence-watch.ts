import type { Duplex } from 'node:stream';

/**
 * An agent says its figures each second to whom it is connected with. One that stands still (a stopped process, a host that
 * swaps) keeps its connection, which the kernel holds for it, and would be shown for ever as it was last.
 */
const silentMs = 30_000;

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
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#stream.destroy();
    }, silentMs);
    this.#timer.unref();
  }
}

export const standsStillText = `its agent has said nothing for ${silentMs / 1_000} s: it stands still there, or the host does; its trials run on, and it is tried again by itself`;
