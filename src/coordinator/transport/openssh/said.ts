/** What the system's ssh says when it does not get there, as the same problems that ssh2 has. */
import { SentAway } from '../door.ts';
import { readKnownKeys } from '../known-hosts.ts';
import { authProblem, changed, connectProblem, revoked, unknown } from '../problems.ts';
import type { SshConfig } from '../ssh-config.ts';

export async function problemSaid(config: SshConfig, stderr: string): Promise<Error> {
  const key = /SHA256:[A-Za-z0-9+/]+/.exec(stderr)?.[0] ?? 'another one';
  if (/REVOKED HOST KEY/.test(stderr)) return revoked(config, key);
  if (/IDENTIFICATION HAS CHANGED/.test(stderr)) return changed(config, await readKnownKeys(config), key);
  if (/host key is known for|Host key verification failed/.test(stderr)) return unknown(config, '');
  const denied = /Permission denied \(([^)]*)\)/.exec(stderr)?.[1];
  if (denied !== undefined)
    return authProblem(config, denied.split(','), await encryptedKeys(config), 'openssh');
  if (/kex_exchange_identification|MaxStartups|banner exchange|Connection reset by/.test(stderr))
    return new SentAway(stderr.trim());
  return connectProblem(config, asSystemError(stderr));
}

/** What ssh passes over in silence when it may not ask for a passphrase. */
async function encryptedKeys(config: SshConfig): Promise<string[]> {
  const { credentials } = await import('../ssh2/credentials.ts');
  return (await credentials(config)).unusable.filter((sentence) => sentence.includes('ssh-add'));
}

const codes: readonly (readonly [RegExp, string])[] = [
  [/Temporary failure in name resolution/, 'EAI_AGAIN'],
  [/Could not resolve hostname/, 'ENOTFOUND'],
  [/Connection refused/, 'ECONNREFUSED'],
  [/timed out/, 'ETIMEDOUT'],
  [/No route to host/, 'EHOSTUNREACH'],
  [/Network is unreachable/, 'ENETUNREACH'],
];

function asSystemError(stderr: string): Error & { code?: string } {
  const message = stderr.trim().split('\n').at(-1) ?? '';
  const code = codes.find(([pattern]) => pattern.test(stderr))?.[1];
  return Object.assign(
    new Error(message.replace('no matching host key type', 'no matching host key format')),
    code === undefined ? {} : { code },
  );
}
