/** What goes wrong on the way to a host, as sentences that say what to do about it. */
import { fingerprint, type HostKey, judge, type KnownKeys, knownHostsName } from './known-hosts.ts';
import type { SshConfig } from './ssh-config.ts';
import { TransportError } from './transport.ts';

const lasting = true;

export const placeOf = ({ name, hostname, port }: SshConfig): string =>
  `${name} (${hostname}${port === 22 ? '' : `, port ${port}`})`;

/** Null where the key is the one on record. */
export function hostKeyProblem(config: SshConfig, known: KnownKeys, key: HostKey): TransportError | null {
  const verdict = judge(known, key);
  if (verdict === 'known') return null;
  if (verdict === 'revoked') return revoked(config, shown(key));
  if (verdict === 'changed') return changed(config, known, shown(key));
  return known.certified ? onlyCertified(config) : unknown(config, `; it shows the key ${shown(key)}`);
}

const shown = (key: HostKey): string => `${key.type} ${fingerprint(key)}`;

export const unknown = (config: SshConfig, showing: string): TransportError =>
  new TransportError(
    'host-key',
    `${placeOf(config)} is not in your known_hosts${showing}. Compare and accept its key: labsweep hosts trust ${config.name}`,
    { lasting },
  );

export const revoked = (config: SshConfig, key: string): TransportError =>
  new TransportError(
    'host-key',
    `${placeOf(config)} shows a key that your known_hosts says is revoked (${key}). Do not go on; ask who runs it.`,
    { lasting },
  );

/** @param key the one that it shows, its fingerprint in it */
export const changed = (config: SshConfig, known: KnownKeys, key: string): TransportError =>
  new TransportError(
    'host-key',
    `${placeOf(config)} shows another host key than the one in your known_hosts: ${key} instead of ` +
      `${known.keys.map(shown).join(' or ')}. It was set up anew, or somebody is in between. Ask who runs it; if they ` +
      `changed the key, run: ssh-keygen -R '${knownHostsName(config)}' && labsweep hosts trust ${config.name}`,
    { lasting },
  );

export const onlyCertified = (config: SshConfig): TransportError =>
  new TransportError(
    'host-key',
    `${placeOf(config)} has a host key that an authority certifies, or of a kind that only ssh itself can check: ` +
      'give the host "transport": "openssh".',
    { lasting },
  );

/**
 * @param methods what sshd said that it takes, as far as it came
 * @param unusable sentences on key files that were passed over
 * @param by ssh itself has tried Kerberos as well, where the user's ssh config allows it
 */
export function authProblem(
  config: SshConfig,
  methods: readonly string[],
  unusable: readonly string[],
  by: 'ssh2' | 'openssh',
): TransportError {
  const user = `${config.user} on ${placeOf(config)}`;
  const hints = unusable.map((sentence) => `${sentence} `).join('');
  const port = config.port === 22 ? '' : `-p ${config.port} `;
  const kerberos = !methods.some((method) => method.startsWith('gssapi'))
    ? ''
    : by === 'ssh2'
      ? 'With Kerberos: kinit, and "transport": "openssh". '
      : 'If you go there with Kerberos, your ticket is missing or has expired: kinit. ';
  const remedy = methods.includes('publickey')
    ? `none of your keys is accepted. ${hints}${kerberos}Put one there: ssh-copy-id ${port}${config.user}@${config.hostname}`
    : `its sshd takes no keys, only ${methods.join(' or ') || 'nothing that it names'}, and labsweep asks for no ` +
      `passwords. ${kerberos}Ask who runs it for PubkeyAuthentication`;
  return new TransportError('auth', `${user}: ${remedy}`, { lasting });
}

/** What a socket or ssh2 says before the host is entered. */
export function connectProblem(config: SshConfig, cause: Error & { code?: unknown }): TransportError {
  const place = placeOf(config);
  const { message } = cause;
  if (cause.code === 'ENOTFOUND')
    return new TransportError(
      'name',
      `${config.hostname} has no address; give ${config.name} an "address" in inventory.json or a HostName in ~/.ssh/config.`,
      { lasting, cause },
    );
  if (/no matching host key format/.test(message))
    return new TransportError(
      'host-key',
      `${place} has no key any more of the kind in your known_hosts. It was set up anew, or somebody is in between. ` +
        `Ask who runs it; then run: labsweep hosts trust ${config.name}`,
      { lasting, cause },
    );
  if (/too many authentication failures/i.test(message))
    return new TransportError(
      'auth',
      `${place} hung up after too many keys. Name the right one in ~/.ssh/config: IdentityFile, and IdentitiesOnly yes.`,
      { lasting, cause },
    );
  return new TransportError('unreachable', `${place} ${unreachable(cause)}`, { cause });
}

function unreachable({ code, message }: Error & { code?: unknown }): string {
  if (code === 'ECONNREFUSED') return 'refuses connections: does sshd run there, on that port?';
  if (code === 'EAI_AGAIN') return 'cannot be looked up now: is this machine on the network?';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'cannot be reached from this network.';
  if (/timed out/i.test(message) || code === 'ETIMEDOUT') return 'does not answer.';
  return `cannot be reached: ${message}.`;
}
