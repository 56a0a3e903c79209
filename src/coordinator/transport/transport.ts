import type { Duplex } from 'node:stream';

export interface ExecResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** On a host whose login shell prints, what it printed comes first. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a running agent is reached: its socket, and the command that relays standard input and output to it. */
export interface AgentAddress {
  readonly socket: string;
  readonly relay: readonly string[];
}

/** Called with the bytes of the file that are there by now, those of an earlier try included. */
export type OnProgress = (bytes: number) => void;

/**
 * One way to reach a host. It connects on first use, once however many ask at once, and again on the first use after
 * a cut. Command lines are constants (`commandLine`, P9): all else goes by standard input or in files. Paths on the
 * host are absolute or relative to the user's home there. Every method rejects with TransportError.
 */
export interface Transport {
  exec(argv: readonly string[], stdin?: string): Promise<ExecResult>;
  /**
   * Puts a file whole: it is there under its name or not at all, mode 0600, or 0700 where the local one is executable.
   * Folders on the way are made (0700). What an earlier try of the same content brought over is not sent again.
   */
  put(localPath: string, hostPath: string, onProgress?: OnProgress): Promise<void>;
  /** Likewise the other way. */
  get(hostPath: string, localPath: string, onProgress?: OnProgress): Promise<void>;
  /** A stream to the agent; it ends or errors when the connection is lost. */
  attach(agent: AgentAddress): Promise<Duplex>;
  close(): Promise<void>;
}

/**
 * - `name`: no address, or the inventory and the ssh config do not say enough
 * - `unreachable`: nobody answers, or not as sshd does
 * - `host-key`: the host's key is unknown, changed or revoked
 * - `auth`: the host does not let the user in
 * - `cut`: the connection was there and is not any more
 * - `command`: the host does not run what it is told
 * - `endless`: it says more than any host has to say
 * - `io`: a file cannot be read or written
 */
export type TransportErrorKind =
  | 'name'
  | 'unreachable'
  | 'host-key'
  | 'auth'
  | 'cut'
  | 'command'
  | 'endless'
  | 'io';

/** The host cannot be reached, or does not do as it is told. */
export class TransportError extends Error {
  readonly code = 'TRANSPORT';
  override readonly name = 'TransportError';
  readonly kind: TransportErrorKind;
  /** Trying again is of no use until a person has acted. */
  readonly lasting: boolean;

  constructor(
    kind: TransportErrorKind,
    message: string,
    { lasting = false, cause }: { readonly lasting?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
    this.lasting = lasting;
  }
}
