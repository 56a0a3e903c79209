/** Transports of a test over an SshLab, closed when it ends. */
import { openTransport } from '../../src/coordinator/transport/open-transport.ts';
import { type Transport, TransportError } from '../../src/coordinator/transport/transport.ts';
import type { SshLab } from './ssh-lab.ts';

export type Kind = 'local' | 'ssh2' | 'openssh';

export class Ways {
  readonly #opened: Transport[] = [];

  reach(kind: Kind, name: string, lab: SshLab | null, jump: string | null = null): Transport {
    const host = { name, address: null, port: null, user: null, jump, transport: kind };
    const transport = openTransport(host, lab?.configFile ?? null);
    this.#opened.push(transport);
    return transport;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((transport) => transport.close()));
  }
}

/** What something is rejected with, which must be a TransportError. */
export async function problem(doing: Promise<unknown>): Promise<TransportError> {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof TransportError) return error;
  throw new Error(`no TransportError: ${String(error)}`);
}
