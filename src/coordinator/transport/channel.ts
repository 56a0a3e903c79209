import type { Duplex, Readable } from 'node:stream';

/** A command that runs on a host. */
export interface Channel {
  /** Its standard output to read, its standard input to write. */
  readonly stream: Duplex;
  readonly stderr: Readable;
  /**
   * Its exit code, null where a signal ended it, once all of its output has been read. Rejects with TransportError
   * `cut` when the connection went first.
   */
  readonly ended: Promise<number | null>;
}

/** What a kind of connection has to bring: channels. What is done over them is the same for all (remote.ts). */
export interface Carrier {
  /** The host's name, for messages. */
  readonly host: string;
  /**
   * Starts a constant command line, over the connection that is there or a new one. `attach` is the channel that
   * stays: it has no part in how many commands run at once.
   */
  open(commandLine: string, purpose: 'command' | 'attach'): Promise<Channel>;
  close(): Promise<void>;
}
