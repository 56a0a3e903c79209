import type { Client, ClientChannel } from 'ssh2';
import type { Channel } from '../channel.ts';
import { readSshConfig, type SshConfig, type SshName } from '../ssh-config.ts';
import { TransportError } from '../transport.ts';
import { dial } from './dial.ts';
import { approach } from './jumps.ts';

/** A connection that is made when it is first used, and again when it is used after a cut. */
export class Ssh2Connection {
  readonly #host: SshName;
  readonly #configFile: string | null;
  #client: Promise<Client> | null = null;

  constructor(host: SshName, configFile: string | null) {
    this.#host = host;
    this.#configFile = configFile;
  }

  /** Null when the host opens no further channel on this connection (MaxSessions). @throws TransportError */
  async start(commandLine: string): Promise<Channel | null> {
    const client = await this.#connected();
    return new Promise((resolve, reject) => {
      try {
        client.exec(commandLine, (cause: (Error & { reason?: unknown }) | undefined, channel) => {
          if (cause === undefined) resolve(channelOf(channel, this.#host.name));
          else if (typeof cause.reason === 'number') resolve(null);
          else reject(cutOf(this.#host.name, cause));
        });
      } catch (cause) {
        reject(cutOf(this.#host.name, cause));
      }
    });
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    client?.end();
  }

  #connected(): Promise<Client> {
    if (this.#client !== null) return this.#client;
    const client = this.#connect();
    const forget = (): void => {
      if (this.#client === client) this.#client = null;
    };
    client.then((connected) => connected.once('close', forget), forget);
    this.#client = client;
    return client;
  }

  async #connect(): Promise<Client> {
    const config = await readSshConfig(this.#host, this.#configFile);
    const unfit = whyUnfit(config);
    if (unfit !== null)
      throw new TransportError(
        'name',
        `${config.name}: ${unfit}; give it "transport": "openssh" in inventory.json.`,
        {
          lasting: true,
        },
      );
    return dial(config, () => approach(config, this.#configFile));
  }
}

function whyUnfit({ proxyCommand, certificateFiles }: SshConfig): string | null {
  if (proxyCommand !== null)
    return 'your ssh config goes there by a ProxyCommand, which only ssh itself can run';
  if (certificateFiles.length > 0)
    return 'your ssh config names a CertificateFile, which only ssh itself can use';
  return null;
}

function channelOf(stream: ClientChannel, host: string): Channel {
  const ended = new Promise<number | null>((resolve, reject) => {
    let exit: { readonly code: number | null } | null = null;
    stream.once('exit', (code: number | null) => (exit = { code }));
    stream.once('close', () => (exit === null ? reject(cutOf(host)) : resolve(exit.code)));
  });
  ended.catch(() => {}); // not everyone who opens a channel waits for its end
  return { stream, stderr: stream.stderr, ended };
}

const cutOf = (host: string, cause?: unknown): TransportError =>
  new TransportError('cut', `the connection to ${host} was cut`, { cause });
