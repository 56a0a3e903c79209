/** What the user's own ssh makes of a name: `ssh -G`, so that every Host, Match and Include holds here as well. */
import { execFile } from 'node:child_process';
import { homedir, userInfo } from 'node:os';
import { isHostOrName, isJump, isUser } from '../../model/inventory/ssh-destination.ts';
import { TransportError } from './transport.ts';

/** What the inventory says of a host and its ssh config need not. */
export interface SshName {
  readonly name: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly user: string | null;
  readonly jump: string | null;
}

export interface SshConfig {
  readonly name: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  /** In the order in which they are tried; many are defaults and not there. */
  readonly identityFiles: readonly string[];
  readonly certificateFiles: readonly string[];
  /** Only the identity files' own keys are tried, whatever else the agent has. */
  readonly identitiesOnly: boolean;
  /** The socket of the ssh-agent, or null. */
  readonly identityAgent: string | null;
  /** `user@host:port`, the nearest to this machine first. */
  readonly proxyJump: readonly string[];
  readonly proxyCommand: string | null;
  readonly knownHostsFiles: readonly string[];
  readonly hashKnownHosts: boolean;
  readonly strictHostKeyChecking: string;
  readonly hostKeyAlias: string | null;
}

/**
 * @param configFile instead of the user's own and the system's
 * @throws TransportError `name` with what ssh says of a broken config, or for a word that a shell would not take as it is
 */
export async function readSshConfig(host: SshName, configFile: string | null): Promise<SshConfig> {
  const args = ['-G', ...sshArguments(host, configFile), '--', host.name];
  const config = understand(host.name, await run(host.name, args));
  requirePlain(config);
  return config;
}

/** How the system's ssh is told what the inventory says. */
export function sshArguments(host: SshName, configFile: string | null): string[] {
  const options: readonly (readonly [string, string | number | null])[] = [
    // `%` begins a token there (ssh_config(5)), and the zone of an IPv6 address here.
    ['HostName', host.address?.replace('%', '%%') ?? null],
    ['Port', host.port],
    ['User', host.user],
    ['ProxyJump', host.jump],
  ];
  return [
    ...(configFile === null ? [] : ['-F', configFile]),
    ...options.flatMap(([key, value]) => (value === null ? [] : ['-o', `${key}=${value}`])),
  ];
}

/** A jump host as ProxyJump has it: `[user@]host[:port]` or `ssh://` the same. */
export function jumpName(jump: string): SshName {
  const [, user = null, bracketed, plain = '', port] =
    /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?\/?$/.exec(jump) ?? [];
  return {
    name: bracketed ?? plain,
    address: null,
    port: port === undefined ? null : Number(port),
    user,
    jump: null,
  };
}

function run(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('ssh', args, { timeout: 10_000 }, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      const message =
        cause.code === 'ENOENT'
          ? 'ssh is not installed on this machine; labsweep asks it for your ssh config'
          : `ssh does not know how to reach ${name}: ${stderr.trim() || cause.message}`;
      reject(new TransportError('name', message, { lasting: true, cause }));
    });
  });
}

function understand(name: string, text: string): SshConfig {
  const lines = text.split('\n').map((line) => {
    const at = line.indexOf(' ');
    return { key: line.slice(0, at), value: line.slice(at + 1).trim() };
  });
  const all = (key: string): string[] => lines.filter((line) => line.key === key).map(({ value }) => value);
  const one = (key: string): string | null => {
    const value = all(key)[0];
    return value === undefined || value === 'none' ? null : value;
  };
  const hostname = one('hostname') ?? name;
  const port = Number(one('port') ?? 22);
  const user = one('user') ?? userInfo().username;
  const path = (value: string): string => expand(value, { h: hostname, n: name, p: String(port), r: user });
  const paths = (value: string | null): string[] => (value ?? '').split(' ').filter(Boolean).map(path);
  return {
    name,
    hostname,
    port,
    user,
    identityFiles: all('identityfile').map(path),
    certificateFiles: all('certificatefile').map(path),
    identitiesOnly: one('identitiesonly') === 'yes',
    identityAgent: agentSocket(all('identityagent')[0], path),
    proxyJump: (one('proxyjump') ?? '').split(',').filter(Boolean),
    proxyCommand: one('proxycommand'),
    knownHostsFiles: [...paths(one('userknownhostsfile')), ...paths(one('globalknownhostsfile'))],
    hashKnownHosts: one('hashknownhosts') === 'yes',
    strictHostKeyChecking: one('stricthostkeychecking') ?? 'ask',
    hostKeyAlias: one('hostkeyalias'),
  };
}

/** ssh hands these to a shell where it goes by a ProxyCommand or a ProxyJump. */
function requirePlain({ name, hostname, user, proxyJump }: SshConfig): void {
  const odd =
    (isHostOrName(hostname) ? null : `HostName ${JSON.stringify(hostname)}`) ??
    (isUser(user) ? null : `User ${JSON.stringify(user)}`) ??
    proxyJump.filter((jump) => !isJump(jump)).map((jump) => `ProxyJump ${JSON.stringify(jump)}`)[0];
  if (odd === undefined) return;
  throw new TransportError(
    'name',
    `${name} has the ${odd} in your ssh config, which a shell would not take as it is; use letters, digits and . _ - there`,
    { lasting: true },
  );
}

/** ssh_config(5), IdentityAgent: a path, the name of a variable, or none. */
function agentSocket(value: string | undefined, path: (value: string) => string): string | null {
  if (value === 'none') return null;
  if (value === undefined || value === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK'] ?? null;
  return value.startsWith('$') ? (process.env[value.slice(1)] ?? null) : path(value);
}

/** Some values come with their tokens in them (ssh_config(5), TOKENS). */
function expand(value: string, tokens: Readonly<Record<string, string>>): string {
  const known: Readonly<Record<string, string>> = {
    ...tokens,
    '%': '%',
    d: homedir(),
    u: userInfo().username,
    i: String(userInfo().uid),
  };
  return value
    .replace(/^~(?=\/|$)/, homedir())
    .replace(/%(.)/g, (whole, letter: string) => known[letter] ?? whole);
}
