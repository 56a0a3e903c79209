/** Channels over ssh2: quick to open, many on one connection. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Carrier, Channel } from '../channel.ts';
import { CommandTurns } from '../command-turns.ts';
import type { SshName } from '../ssh-config.ts';
import { TransportError } from '../transport.ts';
import type { Ssh2Connection } from './connection.ts';

const mostTries = 40;

/**
 * Where a host lets a connection have one session only (MaxSessions 1), the agent's stream has it and commands go over
 * a second connection, one at a time.
 */
export function ssh2Carrier(host: SshName, configFile: string | null): Carrier {
  let loading: Promise<readonly Ssh2Connection[]> | null = null;
  // ssh2 takes 50 ms to load: only who connects waits for it.
  const connections = (): Promise<readonly Ssh2Connection[]> =>
    (loading ??= import('./connection.ts').then(({ Ssh2Connection }) => [
      new Ssh2Connection(host, configFile),
      new Ssh2Connection(host, configFile),
    ]));
  const turns = new CommandTurns();

  const start = async (commandLine: string): Promise<Channel> => {
    for (let tries = 1; tries <= mostTries; tries += 1) {
      for (const connection of await connections()) {
        const channel = await connection.start(commandLine);
        if (channel !== null) return channel;
      }
      turns.oneAtATime();
      await pause(10 * tries * (0.5 + Math.random()));
    }
    throw new TransportError(
      'command',
      `${host.name} opens no session for commands (MaxSessions in its sshd_config)`,
    );
  };

  return {
    host: host.name,
    open: (commandLine, purpose) =>
      purpose === 'attach' ? start(commandLine) : turns.take(() => start(commandLine)),
    close: async () => {
      await Promise.all(((await loading) ?? []).map((connection) => connection.close()));
    },
  };
}
