/** One connection to one host: the handshake, with its key checked and ours shown. */
import type { Duplex } from 'node:stream';
import ssh2, { type AnyAuthMethod, type Client, type ServerHostKeyAlgorithm } from 'ssh2';
import { type HostKey, hostKey, type KnownKeys, readKnownKeys } from '../known-hosts.ts';
import { atTheDoor, SentAway } from '../door.ts';
import type { SshConfig } from '../ssh-config.ts';
import type { TransportError } from '../transport.ts';
import { type Credentials, credentials } from './credentials.ts';
import { authProblem, connectProblem, hostKeyProblem, onlyCertified } from '../problems.ts';

const readyMs = 15_000;
/** A silent host is given up after 1 s x 3 and the second in which that shows. */
const keepalive = { keepaliveInterval: 1_000, keepaliveCountMax: 3 };

/** How to get to where sshd listens: null is a connection of its own, else a stream through a jump host. */
export type Approach = () => Promise<Duplex | null>;

/** @throws TransportError */
export async function dial(config: SshConfig, approach: Approach): Promise<Client> {
  const known = await readKnownKeys(config);
  const algorithms = acceptable(config, known);
  const { methods, unusable } = await credentials(config);
  return atTheDoor(config, async () =>
    handshake(config, await approach(), { known, algorithms, methods, unusable }),
  );
}

/**
 * The keys that a host shows, one of each kind, without entering it.
 *
 * @throws TransportError where it cannot be asked
 */
export async function offeredKeys(config: SshConfig, approach: Approach): Promise<HostKey[]> {
  const kinds = Object.values(algorithmsOf);
  const keys = await Promise.all(
    kinds.map((algorithms) => atTheDoor(config, async () => showKey(config, await approach(), algorithms))),
  );
  return keys.filter((key) => key !== null);
}

const algorithmsOf: Readonly<Record<string, ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/** Only kinds of key that are on record are asked for, so that a host that has others as well shows one that counts. */
function acceptable(config: SshConfig, known: KnownKeys): ServerHostKeyAlgorithm[] | null {
  if (known.keys.length === 0) return null;
  const algorithms = [...new Set(known.keys.flatMap(({ type }) => algorithmsOf[type] ?? []))];
  if (algorithms.length === 0) throw onlyCertified(config);
  return algorithms;
}

interface Terms extends Credentials {
  readonly known: KnownKeys;
  readonly algorithms: ServerHostKeyAlgorithm[] | null;
}

function handshake(config: SshConfig, sock: Duplex | null, terms: Terms): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let problem: TransportError | null = null;
    let taken: readonly string[] = [];
    const fail = (error: Error): void => {
      client.destroy();
      reject(error);
    };
    client.on('error', (cause: Error & { level?: string }) => {
      if (cause.level === 'agent') return; // it would not sign with that key; the next one is tried
      if (problem !== null) fail(problem);
      else if (cause.level === 'client-authentication')
        fail(authProblem(config, taken, terms.unusable, 'ssh2'));
      else if (isSentAway(cause)) fail(new SentAway(cause.message, { cause }));
      else fail(connectProblem(config, cause));
    });
    client.once('close', () => fail(new SentAway('it closed the connection')));
    client.once('ready', () => {
      client.setNoDelay(true);
      resolve(client);
    });
    client.connect({
      ...where(config, sock),
      ...(terms.algorithms === null ? {} : { algorithms: { serverHostKey: terms.algorithms } }),
      ...keepalive,
      readyTimeout: readyMs,
      hostVerifier: (blob: Buffer): boolean => {
        problem = hostKeyProblem(config, terms.known, hostKey(blob));
        return problem === null;
      },
      authHandler: eachOnce(config.user, terms.methods, (methods) => (taken = methods)),
    });
  });
}

/** Tries each method once; where there is none, asks what would be taken. */
function eachOnce(
  username: string,
  methods: readonly AnyAuthMethod[],
  hear: (methods: readonly string[]) => void,
): (left: readonly string[] | null, partial: boolean | null, next: (method: AnyAuthMethod) => void) => void {
  const left = methods.length === 0 ? [{ type: 'none', username } as const] : [...methods];
  return (taken, _partial, next) => {
    if (taken !== null) hear(taken);
    // ssh2 takes `false` for "no more"; its types do not say so.
    next(left.shift() ?? (false as unknown as AnyAuthMethod));
  };
}

function showKey(
  config: SshConfig,
  sock: Duplex | null,
  serverHostKey: ServerHostKeyAlgorithm[],
): Promise<HostKey | null> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let shown: HostKey | null = null;
    client.on('error', (cause) => {
      client.destroy();
      if (shown !== null || /no matching host key format/.test(cause.message)) resolve(shown);
      else reject(isSentAway(cause) ? new SentAway(cause.message, { cause }) : connectProblem(config, cause));
    });
    client.once('close', () =>
      shown === null ? reject(new SentAway('it closed the connection')) : resolve(shown),
    );
    client.connect({
      ...where(config, sock),
      algorithms: { serverHostKey },
      readyTimeout: readyMs,
      hostVerifier: (blob: Buffer): boolean => {
        shown = hostKey(blob);
        return false;
      },
    });
  });
}

const where = (
  { hostname, port, user }: SshConfig,
  sock: Duplex | null,
): { host: string; port: number; username: string; sock?: Duplex } => ({
  host: hostname,
  port,
  username: user,
  ...(sock === null ? {} : { sock }),
});

/** Hung up on before the first key was exchanged. */
const isSentAway = (cause: Error & { code?: unknown }): boolean =>
  cause.code === 'ECONNRESET' || /lost before handshake|MaxStartups|closed unexpectedly/i.test(cause.message);
