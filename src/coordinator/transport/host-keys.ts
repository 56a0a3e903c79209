/** What `labsweep hosts trust` needs: the keys that a host shows beside those on record, and a way to put them there. */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  fingerprint,
  type HostKey,
  type HostKeyVerdict,
  judge,
  knownHostsLine,
  knownHostsName,
  readKnownKeys,
} from './known-hosts.ts';
import { readSshConfig, type SshConfig, type SshName } from './ssh-config.ts';
import { sshConfigVariable } from './open-transport.ts';
import { TransportError } from './transport.ts';

export interface OfferedKey {
  /** `ssh-ed25519`, … */
  readonly type: string;
  /** As ssh shows it: `SHA256:…`. */
  readonly fingerprint: string;
  /** Beside the keys of the same type on record. */
  readonly verdict: HostKeyVerdict;
  /** Of the keys of the same type on record, where this is none of them. */
  readonly instead: readonly string[];
  readonly key: HostKey;
}

export interface Identity {
  /** The name under which known_hosts has the host. */
  readonly knownAs: string;
  /** The file that `trustHostKeys` writes to. */
  readonly file: string;
  readonly keys: readonly OfferedKey[];
  readonly config: SshConfig;
}

/**
 * Asks a host for its keys, through its jump hosts, without entering it.
 *
 * @throws TransportError when it cannot be asked
 */
export async function askIdentity(
  host: SshName,
  configFile: string | null = process.env[sshConfigVariable] ?? null,
): Promise<Identity> {
  const config = await readSshConfig(host, configFile);
  const [file] = config.knownHostsFiles;
  if (config.proxyCommand !== null || file === undefined)
    throw new TransportError(
      'host-key',
      `${config.name} is reached by a ProxyCommand, or without known_hosts; run ssh ${config.name} once and accept its key there.`,
      { lasting: true },
    );
  const known = await readKnownKeys(config);
  const { offeredKeys } = await import('./ssh2/dial.ts');
  const { approach } = await import('./ssh2/jumps.ts');
  const offered = await offeredKeys(config, () => approach(config, configFile));
  return {
    knownAs: knownHostsName(config),
    file,
    config,
    keys: offered.map((key) => {
      const recorded = known.keys.filter(({ type }) => type === key.type);
      const verdict = judge({ ...known, keys: recorded }, key);
      return {
        type: key.type,
        fingerprint: fingerprint(key),
        verdict,
        instead: verdict === 'changed' ? recorded.map(fingerprint) : [],
        key,
      };
    }),
  };
}

/** Puts keys on record that a person has said yes to, and that are not there. @throws TransportError where they cannot be */
export async function trustHostKeys(identity: Identity, keys: readonly OfferedKey[]): Promise<void> {
  const { file, knownAs, config } = identity;
  const lines = keys
    .filter(({ verdict }) => verdict === 'unknown')
    .map(({ key }) => knownHostsLine(knownAs, key, config.hashKnownHosts));
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    // An editor may have left the last line without its end: what is appended to it would be no line of its own.
    const before = await readFile(file, 'utf8').catch(() => '');
    const end = before === '' || before.endsWith('\n') ? '' : '\n';
    await appendFile(file, `${end}${lines.join('')}`, { mode: 0o600 });
  } catch (cause) {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new TransportError(
      'host-key',
      `its key cannot be written to ${file} (${because}); mend that file, then trust the host again.`,
      {
        cause,
      },
    );
  }
}
