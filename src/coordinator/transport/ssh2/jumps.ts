/** Ways through jump hosts: one connection a jump host, shared by all who go through it. */
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { jumpName, readSshConfig, type SshConfig } from '../ssh-config.ts';
import { TransportError } from '../transport.ts';
import { dial } from './dial.ts';
import { placeOf } from '../problems.ts';

/** ssh itself has no such limit; a chain this long is a circle. */
const mostJumps = 8;

interface Jump {
  readonly client: Promise<Client>;
  streams: number;
}
const open = new Map<string, Jump>();

/** To where a host's sshd listens: by itself, or through its jump hosts. The last stream that goes takes the jump along. */
export async function approach(
  config: SshConfig,
  configFile: string | null,
  depth = 0,
): Promise<Duplex | null> {
  const last = config.proxyJump.at(-1);
  if (last === undefined) return null;
  if (depth === mostJumps)
    throw new TransportError(
      'name',
      `the jump hosts of ${config.name} lead in a circle; see ProxyJump in ~/.ssh/config`,
      {
        lasting: true,
      },
    );
  const own = await readSshConfig(jumpName(last), configFile);
  const before = config.proxyJump.slice(0, -1);
  const via = before.length === 0 ? own : { ...own, proxyJump: before };
  const key = JSON.stringify([configFile, config.proxyJump]);
  const jump = open.get(key) ?? enter(key, via, configFile, depth);
  jump.streams += 1;
  const leave = (): void => {
    jump.streams -= 1;
    if (jump.streams > 0) return;
    if (open.get(key) === jump) open.delete(key);
    jump.client.then(
      (client) => client.end(),
      () => {}, // it was never there
    );
  };
  try {
    const stream = await forward(await jump.client, config, via);
    stream.once('close', leave);
    return stream;
  } catch (error) {
    leave();
    throw error;
  }
}

function enter(key: string, via: SshConfig, configFile: string | null, depth: number): Jump {
  const forget = (): void => {
    if (open.get(key) === jump) open.delete(key);
  };
  const client = dial(via, () => approach(via, configFile, depth + 1));
  const jump: Jump = { client, streams: 0 };
  open.set(key, jump);
  client.then(
    (connected) => connected.once('close', forget),
    () => forget(),
  );
  return jump;
}

function forward(client: Client, { name, hostname, port }: SshConfig, via: SshConfig): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, hostname, port, (cause, stream) => {
      if (cause === undefined) return resolve(stream);
      reject(
        new TransportError(
          'unreachable',
          `${name} (${hostname}, port ${port}) cannot be reached from its jump host ${placeOf(via)}: ${cause.message}`,
          { cause },
        ),
      );
    });
  });
}
