import { createLogUpdate } from 'log-update';
import { harmless } from '../model/printed/printable.ts';

/** Redraws are noticed as movement up to about here; more only costs. */
const drawEveryMs = 200;

/**
 * Keeps a few lines at the bottom of a terminal up to date. It knows nothing of what they say, draws at most five
 * times a second, and keeps no process alive.
 */
export class Renderer {
  readonly #log: ReturnType<typeof createLogUpdate>;
  readonly #draw: () => readonly string[];
  readonly #clock: NodeJS.Timeout;
  #due: NodeJS.Timeout | null = null;
  #ended = false;

  /** @param draw says what is to be seen now; asked also once a second, since times pass */
  constructor(stream: NodeJS.WritableStream, draw: () => readonly string[]) {
    this.#log = createLogUpdate(stream);
    this.#draw = draw;
    this.#clock = setInterval(() => this.changed(), 1_000).unref();
    this.changed();
  }

  /** Something is to be seen: it will be, soon. */
  changed(): void {
    if (this.#ended) return;
    this.#due ??= setTimeout(() => this.#show(), drawEveryMs).unref();
  }

  /** A line that stays, above the live ones. */
  persist(line: string): void {
    this.#log.persist(harmless(line));
    this.#show();
  }

  /** Leaves the last state on the terminal. */
  end(): void {
    if (this.#ended) return;
    this.#show();
    this.#ended = true;
    clearInterval(this.#clock);
    this.#log.done();
  }

  #show(): void {
    if (this.#due !== null) clearTimeout(this.#due);
    this.#due = null;
    this.#log(this.#draw().map(harmless).join('\n'));
  }
}
