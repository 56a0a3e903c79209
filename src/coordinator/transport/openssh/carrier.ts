/**
 * Channels that are processes of the system's ssh, for what only it can do: user certificates, FIDO keys, ProxyCommand,
 * GSSAPI. A session that the host does not open on the shared connection (MaxSessions) ssh opens on one of its own.
 */
import { spawn } from 'node:child_process';
import type { Carrier, Channel } from '../channel.ts';
import { CommandTurns } from '../command-turns.ts';
import type { SshName } from '../ssh-config.ts';
import { TransportError } from '../transport.ts';
import { Master, neverAsks } from './master.ts';
import { ProcessStream } from './process-stream.ts';

/** ssh's own failure; a command's 255 looks the same. */
const sshFailed = 255;

export function opensshCarrier(host: SshName, configFile: string | null): Carrier {
  const master = new Master(host, configFile);
  const turns = new CommandTurns();

  const start = async (commandLine: string): Promise<Channel> => {
    await master.ready();
    const child = spawn('ssh', [...master.arguments('-T'), commandLine], {
      stdio: 'pipe',
      // Ctrl-C goes to every process of the terminal's foreground group; the connection is still needed then.
      detached: true,
      env: { ...process.env, ...neverAsks },
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code));
    }).then(async (code) => {
      if (code !== sshFailed || (await master.isAlive())) return code;
      throw new TransportError('cut', `the connection to ${host.name} was cut`);
    });
    ended.catch(() => {}); // not everyone who opens a channel waits for its end
    return { stream: new ProcessStream(child), stderr: child.stderr, ended };
  };

  return {
    host: host.name,
    open: (commandLine, purpose) =>
      purpose === 'attach' ? start(commandLine) : turns.take(() => start(commandLine)),
    close: () => master.close(),
  };
}
