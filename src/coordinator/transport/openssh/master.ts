/** The one connection that the system's ssh holds for a host, and that its other processes share (ControlMaster). */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { socketPathOf } from '../../../protocol/socket-folder.ts';
import { atTheDoor } from '../door.ts';
import { readSshConfig, sshArguments, type SshName } from '../ssh-config.ts';
import { TransportError } from '../transport.ts';
import { problemSaid } from './said.ts';

/** It goes by itself this long after the last process that uses it, so that a crash of ours leaves nothing running. */
const persistSeconds = 60;

/** Nobody is asked, nothing is forwarded, and a silent host is given up after 1 s x 3. */
const options: readonly string[] = [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  'UpdateHostKeys=no',
  'ConnectTimeout=15',
  'ServerAliveInterval=1',
  'ServerAliveCountMax=3',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'LogLevel=ERROR',
];

/** The ssh of a jump host is told none of the options; it may not ask on the terminal either. */
export const neverAsks: NodeJS.ProcessEnv = { SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' };

let made = 0;

export class Master {
  readonly #host: SshName;
  readonly #configFile: string | null;
  readonly #socketName: string;
  #starting: Promise<void> | null = null;

  constructor(host: SshName, configFile: string | null) {
    this.#host = host;
    this.#configFile = configFile;
    made += 1;
    this.#socketName = `ssh-${process.pid}-${made}`;
  }

  /** The arguments of an ssh that goes over this connection. */
  arguments(...more: readonly string[]): string[] {
    return [
      ...sshArguments(this.#host, this.#configFile),
      ...options.flatMap((option) => ['-o', option]),
      '-o',
      `ControlPath=${this.#socket}`,
      ...more,
      '--',
      this.#host.name,
    ];
  }

  /** Connects, unless it is; concurrent calls share one handshake. @throws TransportError */
  async ready(): Promise<void> {
    if (this.#starting === null && existsSync(this.#socket)) return;
    this.#starting ??= this.#start().finally(() => (this.#starting = null));
    await this.#starting;
  }

  get #socket(): string {
    try {
      return socketPathOf(this.#socketName);
    } catch (cause) {
      throw new TransportError('io', cause instanceof Error ? cause.message : String(cause), {
        lasting: true,
        cause,
      });
    }
  }

  async isAlive(): Promise<boolean> {
    return (await run(this.arguments('-O', 'check'))).code === 0;
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => {});
    if (existsSync(this.#socket)) await run(this.arguments('-O', 'exit'));
  }

  async #start(): Promise<void> {
    const config = await readSshConfig(this.#host, this.#configFile);
    const args = this.arguments(
      '-o',
      'ControlMaster=yes',
      '-o',
      `ControlPersist=${persistSeconds}`,
      '-N',
      '-f',
    );
    await atTheDoor(config, async () => {
      const { code, stderr } = await run(args);
      if (code !== 0) throw await problemSaid(config, stderr);
    });
  }
}

function run(args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile('ssh', args, { env: { ...process.env, ...neverAsks } }, (error, _stdout, stderr) =>
      resolve(
        error === null
          ? { code: 0, stderr }
          : { code: typeof error.code === 'number' ? error.code : 255, stderr: stderr || error.message },
      ),
    );
  });
}
