/** A host that lies: it stands between a coordinator and a real agent, passes what both say, and says more. */
import { connect } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { AgentAddress, ExecResult, Transport } from '../../src/coordinator/transport/transport.ts';
import { encode } from '../../src/protocol/framing.ts';

const pieceChars = 32 * 1024;

export class Liar {
  readonly transport: Transport;
  /** What becomes of each line of the agent on its way. */
  rewrite: (line: string) => string = (line) => line;
  #toCoordinator: Duplex | null = null;
  /** The other end, which the coordinator has. */
  #heardAt: Duplex | null = null;
  #probed: ExecResult | null = null;
  readonly #waiting = new Set<() => void>();

  constructor(real: Transport) {
    this.transport = {
      ...real,
      exec: (argv, stdin) => this.#exec(real, argv, stdin),
      attach: (agent) => this.#attach(agent),
    };
  }

  get isHeard(): boolean {
    return this.#toCoordinator !== null && this.#heardAt?.destroyed === false;
  }

  say(...messages: readonly object[]): void {
    this.write(messages.map(encode).join(''));
  }

  /** In pieces, as a connection brings it. */
  write(text: string): void {
    for (let at = 0; at < text.length; at += pieceChars)
      this.#toCoordinator?.write(text.slice(at, at + pieceChars));
  }

  /** Until all that was said is read, or will not be any more. */
  async read(): Promise<void> {
    const isUnread = (): boolean =>
      (this.#toCoordinator?.writableLength ?? 0) + (this.#heardAt?.readableLength ?? 0) > 0;
    for (let more = 2; more > 0 && this.isHeard; more -= isUnread() ? 0 : 1) await turn();
  }

  /** Until a coordinator has taken in what the agent holds. */
  async reconciled(): Promise<void> {
    if (!this.isHeard) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** A host that was looked at once says the same again: 10,000 connections are made in a test. */
  async #exec(real: Transport, argv: readonly string[], stdin?: string): Promise<ExecResult> {
    if (this.#probed !== null) return this.#probed;
    const result = await real.exec(argv, stdin);
    if (/^started \{/m.test(result.stdout)) this.#probed = result;
    return result;
  }

  #attach({ socket }: AgentAddress): Promise<Duplex> {
    const agent = connect(socket);
    const [near, far] = duplexPair();
    lines(agent, (line) => far.write(`${this.rewrite(line)}\n`));
    lines(far, (line) => {
      agent.write(`${line}\n`);
      if (line.includes('"kind":"reconciled"')) this.#opened(far, near);
    });
    for (const [one, other] of [
      [agent, far],
      [far, agent],
    ] as const) {
      one.on('error', () => {}); // `close` follows
      one.on('close', () => {
        if (this.#toCoordinator === far) this.#toCoordinator = null;
        other.destroy();
      });
    }
    return Promise.resolve(near);
  }

  #opened(far: Duplex, near: Duplex): void {
    this.#toCoordinator = far;
    this.#heardAt = near;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function lines(stream: Duplex, heard: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) heard(line);
  });
}
