/** A second connection to a host, that only asks: a ledger has one writer and any number of readers. */
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { AttemptId, LedgerId } from '../../model/ids.ts';
import { decoder, encode } from '../../protocol/framing.ts';
import { type FromAgent, fromAgentSchema, protocolVersion, type ToAgent } from '../../protocol/messages.ts';
import type { HostEntry } from '../coordinator.ts';
import { TransportError } from '../transport/transport.ts';
import { enter } from './enter.ts';

type LogAnswer = Extract<FromAgent, { kind: 'log' }>;

/** Between two looks at a log that grows. */
const followMs = 300;

export class HostReader {
  readonly #stream: Duplex;
  #gone = new TransportError('cut', 'the connection was cut');
  #waiting: { resolve: (answer: LogAnswer) => void; reject: (error: Error) => void } | null = null;

  private constructor(stream: Duplex, ledger: LedgerId) {
    this.#stream = stream;
    const decode = decoder(fromAgentSchema);
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      for (const message of decode(chunk)) {
        if (message.kind === 'log') this.#waiting?.resolve(message);
        if (message.kind === 'turned-away') this.#gone = new TransportError('command', message.message);
      }
    });
    stream.on('error', () => {}); // `close` follows
    stream.on('close', () => this.#waiting?.reject(this.#gone));
    this.#send({ kind: 'hello', protocol: protocolVersion, ledger, owner: '', term: 0, role: 'reader' });
  }

  /** @throws TransportError where the host cannot be reached */
  static async open(host: HostEntry, agentFile: string, ledger: LedgerId): Promise<HostReader> {
    const { agent } = await enter(host, agentFile);
    return new HostReader(await host.transport.attach(agent), ledger);
  }

  /**
   * The log of an attempt from a byte offset: what is there, and with `follow` what comes, until the attempt has ended.
   *
   * @throws TransportError where the host has no such log, or is lost
   */
  async *readLog(attempt: AttemptId, offset: number, follow: boolean): AsyncGenerator<Buffer> {
    for (let at = offset; ; ) {
      const answer = await this.#ask({ kind: 'read-log', attempt, offset: at });
      if (answer.problem !== null) throw new TransportError('io', answer.problem);
      const bytes = Buffer.from(answer.base64, 'base64');
      at = answer.offset + bytes.length;
      if (bytes.length > 0) yield bytes;
      if (answer.complete || (bytes.length === 0 && !follow)) return;
      if (bytes.length === 0) await pause(followMs);
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #ask(message: ToAgent): Promise<LogAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#stream.destroyed) return reject(this.#gone);
      this.#waiting = { resolve, reject };
      this.#send(message);
    });
  }

  #send(message: ToAgent): void {
    this.#stream.write(encode(message));
  }
}
