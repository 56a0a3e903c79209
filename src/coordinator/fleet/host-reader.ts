/** Reads what lies on a host, over a second connection: a ledger has one writer and any number of readers. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AttemptId, LedgerId } from '../../model/ids.ts';
import type { HostEntry } from '../coordinator.ts';
import { TransportError } from '../transport/transport.ts';
import { Conversation } from './conversation.ts';
import { enter } from './enter.ts';

/** Between two looks at a log that grows. */
const followMs = 300;
/** Half a MB at most, over a slow line. */
const answerMs = 60_000;

export class HostReader {
  readonly #conversation: Conversation;

  private constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  /** @throws TransportError where the host cannot be reached */
  static async open(host: HostEntry, agentFile: string, ledger: LedgerId): Promise<HostReader> {
    const { agent } = await enter(host, agentFile);
    return new HostReader(new Conversation(await host.transport.attach(agent), ledger));
  }

  /**
   * The log of an attempt from a byte offset: what is there, and with `follow` what comes, until the attempt has ended.
   *
   * @throws TransportError where the host has no such log, or is lost
   */
  async *readLog(attempt: AttemptId, offset: number, follow: boolean): AsyncGenerator<Buffer> {
    for (let at = offset; ; ) {
      const answer = await this.#ask(attempt, at);
      if (answer.problem !== null) throw new TransportError('io', answer.problem);
      const bytes = Buffer.from(answer.base64, 'base64');
      // A log that was cut is shorter than what was read of it; nothing can have been passed over.
      const next = answer.next ?? Math.min(answer.offset, at) + bytes.length;
      const isStill = next === at;
      at = next;
      if (bytes.length > 0) yield bytes;
      if (answer.complete || (isStill && !follow)) return;
      if (isStill) await pause(followMs);
    }
  }

  close(): void {
    this.#conversation.close();
  }

  #ask(attempt: AttemptId, offset: number) {
    return this.#conversation.ask(
      { kind: 'read-log', attempt, offset },
      (message) => (message.kind === 'log' && message.attempt === attempt ? message : undefined),
      answerMs,
      'the agent has not answered',
    );
  }
}
