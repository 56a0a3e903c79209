/** Hosts of a test: real sshd processes on loopback, with keys, known_hosts and an ssh config of their own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const sshdPath = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));

/** Null, or why these tests cannot run here. */
export const whyNoSshd = sshdPath === undefined ? 'no sshd on this machine (openssh-server)' : null;

export interface HostOptions {
  /** Lines of sshd_config. */
  readonly settings?: readonly string[];
  /** Lines of the host's part of the ssh config. */
  readonly config?: readonly string[];
  /** Whether its key is on record in the lab's known_hosts. */
  readonly known?: boolean;
  /** The file of the user's key. */
  readonly identity?: string;
  readonly keyType?: 'ed25519' | 'ecdsa' | 'rsa';
}

export class SshHost {
  readonly name: string;
  readonly port: number;
  /** What a session has for a home. */
  readonly home: string;
  readonly keyFile: string;
  readonly #daemon: ChildProcess;
  log = '';

  constructor(name: string, port: number, folder: string, settings: readonly string[], keyFile: string) {
    this.name = name;
    this.port = port;
    this.home = join(folder, 'home');
    this.keyFile = keyFile;
    const file = join(folder, 'sshd_config');
    writeFileSync(file, `${settings.join('\n')}\n`);
    this.#daemon = spawn(sshdPath ?? 'sshd', ['-f', file, '-D', '-e'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#daemon.stderr?.setEncoding('utf8').on('data', (text: string) => (this.log += text));
  }

  async listening(): Promise<void> {
    while (!this.log.includes('Server listening')) {
      if (this.#daemon.exitCode !== null) throw new Error(`sshd of ${this.name} did not start: ${this.log}`);
      await Promise.race([once(this.#daemon.stderr ?? this.#daemon, 'data'), once(this.#daemon, 'exit')]);
    }
  }

  /** Logins so far. */
  get logins(): number {
    return this.log.split('Accepted publickey').length - 1;
  }

  /** A signal to every process of its sessions, as a pulled cable (SIGSTOP) or a crash (SIGKILL) would have it. */
  signalSessions(signal: NodeJS.Signals): void {
    for (const pid of descendants(this.#daemon.pid ?? 0)) {
      try {
        process.kill(pid, signal);
      } catch {} // it has ended meanwhile
    }
  }

  async stop(): Promise<void> {
    this.signalSessions('SIGKILL');
    if (this.#daemon.exitCode !== null) return;
    this.#daemon.kill('SIGKILL');
    await once(this.#daemon, 'exit');
  }
}

export class SshLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'labsweep-ssh-'));
  readonly configFile = join(this.folder, 'ssh_config');
  readonly knownHosts = join(this.folder, 'known_hosts');
  readonly key = this.makeKey('id');
  readonly authorized = join(this.folder, 'authorized_keys');
  readonly #hosts: SshHost[] = [];

  constructor() {
    writeFileSync(this.authorized, readFileSync(`${this.key}.pub`), { mode: 0o600 });
    // An sshd that runs as root wants the folder that its package makes when the service starts.
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  }

  makeKey(name: string, ...args: readonly string[]): string {
    const file = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-f', file, ...(args.includes('-N') ? [] : ['-N', '']), ...args]);
    return file;
  }

  async start(name: string, options: HostOptions = {}): Promise<SshHost> {
    const folder = join(this.folder, name);
    mkdirSync(join(folder, 'home'), { recursive: true, mode: 0o700 });
    const port = await freePort();
    const keyFile = this.makeKey(`${name}/host_key`, '-t', options.keyType ?? 'ed25519');
    const host = new SshHost(
      name,
      port,
      folder,
      [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${keyFile}`,
        'PidFile none',
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin yes',
        // A shell that is not the outermost one reads no rc file of whoever runs these tests (bash(1), SHLVL).
        `SetEnv HOME=${join(folder, 'home')} SHLVL=5`,
        ...(options.settings ?? []),
        `AuthorizedKeysFile ${this.authorized}`,
      ],
      keyFile,
    );
    this.#hosts.push(host);
    await host.listening();
    if (options.known !== false) this.know(host);
    this.configure(name, [`Port ${port}`, ...(options.config ?? [])], options.identity);
    return host;
  }

  /** Writes a host's key into known_hosts. */
  know(host: SshHost, keyFile: string = host.keyFile): void {
    const [type = '', blob = ''] = readFileSync(`${keyFile}.pub`, 'utf8').split(' ');
    appendFileSync(this.knownHosts, `[127.0.0.1]:${host.port} ${type} ${blob}\n`);
  }

  /** The first value of a key counts (ssh_config(5)). */
  configure(name: string, lines: readonly string[], identity: string = this.key): void {
    const all = [
      ...lines,
      'HostName 127.0.0.1',
      `IdentityFile ${identity}`,
      'IdentityAgent none',
      `UserKnownHostsFile ${this.knownHosts}`,
      'GlobalKnownHostsFile none',
      `User ${userInfo().username}`,
    ];
    appendFileSync(this.configFile, `Host ${name}\n${all.map((line) => `  ${line}\n`).join('')}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function descendants(ancestor: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {} // it has ended meanwhile
  }
  const below = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [child, ...below(child)]);
  return below(ancestor);
}
