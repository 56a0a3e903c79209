/** What the user can prove who they are with: the keys of the agent, and files that need no passphrase. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import type { SshConfig } from '../ssh-config.ts';

export interface Credentials {
  readonly methods: readonly AnyAuthMethod[];
  /** Files that are there and cannot be used as they are: why, and the remedy, a sentence each. */
  readonly unusable: readonly string[];
}

interface KeyFile {
  readonly path: string;
  /** Null where the file has none and there is no .pub beside it. */
  readonly publicKey: Buffer | null;
  readonly key: ParsedKey | null;
  readonly problem: string | null;
}

/** The agent's keys first, of these the ones that the config names, then the files: ssh's own order. */
export async function credentials(config: SshConfig): Promise<Credentials> {
  const files = (await Promise.all(config.identityFiles.map(readKeyFile))).filter((file) => file !== null);
  const held = await agentKeys(config.identityAgent);
  const named = files.flatMap(({ publicKey }) =>
    held.filter((key) => publicKey !== null && key.getPublicSSH().equals(publicKey)),
  );
  const others = config.identitiesOnly ? [] : held.filter((key) => !named.includes(key));
  const username = config.user;
  const inAgent = (file: KeyFile): boolean =>
    held.some((key) => file.publicKey !== null && key.getPublicSSH().equals(file.publicKey));
  const agent =
    config.identityAgent === null ? null : new ChosenKeys(config.identityAgent, [...named, ...others]);
  const usable = files.filter((file) => !inAgent(file));
  return {
    methods: [
      ...(agent === null || agent.keys.length === 0 ? [] : [{ type: 'agent', username, agent } as const]),
      ...usable.flatMap(({ key }) => (key === null ? [] : [{ type: 'publickey', username, key } as const])),
    ],
    unusable: [
      ...usable.flatMap(({ problem }) => problem ?? []),
      ...files
        .filter(({ path }) => existsSync(`${path}-cert.pub`))
        .map(({ path }) => `${path}-cert.pub is a certificate: give the host "transport": "openssh".`),
    ],
  };
}

/** An agent of which only some keys are offered: sshd hangs up after 6 (MaxAuthTries). */
class ChosenKeys extends ssh2.OpenSSHAgent {
  readonly keys: ParsedKey[];

  constructor(socket: string, keys: ParsedKey[]) {
    super(socket);
    this.keys = keys;
  }

  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(undefined, this.keys);
  }
}

/** None where no agent answers. */
function agentKeys(socket: string | null): Promise<ParsedKey[]> {
  if (socket === null) return Promise.resolve([]);
  return new Promise((resolve) => {
    new ssh2.OpenSSHAgent(socket).getIdentities((error, keys) =>
      // OpenSSHAgent parses what it lists; its types allow for agents that do not.
      resolve(error ? [] : ((keys ?? []) as ParsedKey[])),
    );
  });
}

async function readKeyFile(path: string): Promise<KeyFile | null> {
  const text = await readFile(path).catch((cause: NodeJS.ErrnoException) =>
    cause.code === 'ENOENT' ? null : cause,
  );
  if (text === null) return null;
  const publicKey = await readPublicKey(path);
  if (text instanceof Error)
    return { path, publicKey, key: null, problem: `${path} cannot be read: ${text.message}.` };
  const key = ssh2.utils.parseKey(text);
  if (!(key instanceof Error)) return { path, publicKey: key.getPublicSSH(), key, problem: null };
  return { path, publicKey, key: null, problem: unusable(path, key.message) };
}

async function readPublicKey(path: string): Promise<Buffer | null> {
  const text = await readFile(`${path}.pub`).catch(() => null);
  const key = text === null ? null : ssh2.utils.parseKey(text);
  return key === null || key instanceof Error ? null : key.getPublicSSH();
}

function unusable(path: string, message: string): string {
  if (/passphrase/i.test(message))
    return `${path} is encrypted and no ssh-agent has it: run ssh-add ${path} (eval $(ssh-agent) first, where none runs).`;
  if (/sk-|unsupported/i.test(message))
    return `${path} is a key that only ssh itself can use: give the host "transport": "openssh".`;
  return `${path} is no private key that can be read: ${message}.`;
}
