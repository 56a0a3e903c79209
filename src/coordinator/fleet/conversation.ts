import type { Duplex } from 'node:stream';
import { encode } from '../../protocol/framing.ts';
import { type HostSaid, protocolVersion, type ToAgent } from '../../protocol/messages.ts';
import { TransportError } from '../transport/transport.ts';
import { ledgerId } from '../../model/ids.ts';
import { hear, oddText } from './hearing.ts';

/** A connection to an agent by somebody who only asks: no ledger's writer, and nothing of it is kept there. */
export class Conversation {
  readonly #stream: Duplex;
  readonly #listeners = new Set<(message: HostSaid) => void>();
  readonly #cut = Promise.withResolvers<never>();

  /** @param ledger whose attempts are asked about; empty for none */
  constructor(stream: Duplex, ledger = ledgerId('')) {
    this.#stream = stream;
    this.#cut.promise.catch(() => {}); // told to whoever waits
    hear(
      stream,
      (message) => this.#heard(message),
      (problem) => this.#cut.reject(new TransportError('endless', oddText(problem), { lasting: true })),
    );
    stream.on('error', () => {}); // `close` follows
    stream.on('close', () => this.#cut.reject(new TransportError('cut', 'the connection was cut')));
    this.send({ kind: 'hello', protocol: protocolVersion, ledger, owner: '', term: 0, role: 'reader' });
  }

  send(message: ToAgent): void {
    this.#stream.write(encode(message));
  }

  /** Hears every message from now on. */
  listen(listener: (message: HostSaid) => void): void {
    this.#listeners.add(listener);
  }

  /** Sends a question, and waits for its answer. @throws TransportError as `first` */
  ask<Picked>(
    question: ToAgent,
    pick: (message: HostSaid) => Picked | undefined,
    withinMs: number,
    what: string,
  ): Promise<Picked> {
    const answer = this.first(pick, withinMs, what);
    this.send(question);
    return answer;
  }

  /**
   * Waits for the first message from now on that `pick` makes something of.
   *
   * @param what is said where none comes: `the agent says nothing`
   * @throws TransportError where the connection is cut, the agent turns us away, or nothing comes in time
   */
  async first<Picked>(
    pick: (message: HostSaid) => Picked | undefined,
    withinMs: number,
    what: string,
  ): Promise<Picked> {
    const picked = Promise.withResolvers<Picked>();
    const listener = (message: HostSaid): void => {
      const found = pick(message);
      if (found !== undefined) picked.resolve(found);
    };
    const late = setTimeout(
      () => picked.reject(new TransportError('cut', `${what} for ${withinMs / 1_000} s`)),
      withinMs,
    );
    this.#listeners.add(listener);
    try {
      return await Promise.race([picked.promise, this.#cut.promise]);
    } finally {
      clearTimeout(late);
      this.#listeners.delete(listener);
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #heard(message: HostSaid): void {
    if (message.kind === 'turned-away') this.#cut.reject(new TransportError('command', message.message));
    for (const listener of this.#listeners) listener(message);
  }
}
