import type { Duplex } from 'node:stream';

export interface ExecResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a running agent is reached: its socket, and the command that relays standard input and output to it. */
export interface AgentAddress {
  readonly socket: string;
  readonly relay: readonly string[];
}

/**
 * One way to reach a host. Command lines are constants of [A-Za-z0-9_./-] and spaces (P9): all else goes by standard
 * input or in files. Every method rejects with TransportError when the host cannot be reached.
 */
export interface Transport {
  exec(argv: readonly string[], stdin?: string): Promise<ExecResult>;
  /** Puts a file whole: it is there under its name or not at all. Folders on the way are made. */
  put(localPath: string, hostPath: string): Promise<void>;
  exists(hostPath: string): Promise<boolean>;
  /** A stream to the agent; it ends or errors when the connection is lost. */
  attach(agent: AgentAddress): Promise<Duplex>;
  close(): Promise<void>;
}

/** The host cannot be reached, or does not do as it is told. */
export class TransportError extends Error {
  readonly code = 'TRANSPORT';
  override readonly name = 'TransportError';
}
