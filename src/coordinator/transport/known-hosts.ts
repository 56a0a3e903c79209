/** known_hosts as sshd(8) defines it: who a host is by the user's own record. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SshConfig } from './ssh-config.ts';

/** A public key of a host. */
export interface HostKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly type: string;
  readonly blob: Buffer;
}

/** What known_hosts files say of one host. */
export interface KnownKeys {
  readonly keys: readonly HostKey[];
  readonly revoked: readonly HostKey[];
  /** An authority of the user's signs this host's keys. */
  readonly certified: boolean;
}

/** - `changed`: another key of the same type is on record, or this is none of those on record */
export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** As ssh shows it: `SHA256:…`. */
export const fingerprint = (key: HostKey): string =>
  `SHA256:${createHash('sha256').update(key.blob).digest('base64').replace(/=+$/, '')}`;

/** The name under which known_hosts has a host. */
export const knownHostsName = ({
  hostKeyAlias,
  hostname,
  port,
}: Pick<SshConfig, 'hostKeyAlias' | 'hostname' | 'port'>): string =>
  hostKeyAlias ?? (port === 22 ? hostname : `[${hostname}]:${port}`);

/** The type of a key is the first string of its blob (RFC 4253, 6.6). */
export function hostKey(blob: Buffer): HostKey {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return { type: blob.toString('latin1', 4, 4 + length), blob };
}

export async function readKnownKeys(config: SshConfig): Promise<KnownKeys> {
  const texts = await Promise.all(
    config.knownHostsFiles.map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return knownKeys(texts, knownHostsName(config));
}

export function knownKeys(texts: readonly string[], name: string): KnownKeys {
  const lines = texts.flatMap((text) => text.split('\n')).flatMap((line) => parseLine(line.trim(), name));
  const of = (marker: string): HostKey[] =>
    lines.filter((line) => line.marker === marker).map(({ key }) => key);
  return { keys: of(''), revoked: of('@revoked'), certified: of('@cert-authority').length > 0 };
}

export function judge(known: KnownKeys, key: HostKey): HostKeyVerdict {
  const has = (keys: readonly HostKey[]): boolean => keys.some(({ blob }) => blob.equals(key.blob));
  if (has(known.revoked)) return 'revoked';
  if (has(known.keys)) return 'known';
  return known.keys.length === 0 ? 'unknown' : 'changed';
}

/** A line for a known_hosts file, the name hashed if the user's others are. */
export function knownHostsLine(name: string, key: HostKey, hashed: boolean): string {
  const shown = hashed ? hashName(name, randomBytes(20)) : name.toLowerCase();
  return `${shown} ${key.type} ${key.blob.toString('base64')}\n`;
}

function parseLine(line: string, name: string): { readonly marker: string; readonly key: HostKey }[] {
  const words = line.split(/\s+/);
  const marker = words[0]?.startsWith('@') === true ? (words.shift() ?? '') : '';
  const [patterns = '', type = '', base64 = ''] = words;
  if (line.startsWith('#') || base64 === '' || !matches(patterns, name.toLowerCase())) return [];
  const key = hostKey(Buffer.from(base64, 'base64'));
  return key.type === type && isWhole(key.blob) ? [{ marker, key }] : [];
}

/**
 * Whether a blob is strings with their lengths and nothing else (RFC 4253, 6.6). A line that another program has run
 * together with the next is no key, and its host has no key on record rather than a wrong one.
 */
function isWhole(blob: Buffer): boolean {
  let at = 0;
  while (at + 4 <= blob.length) at += 4 + blob.readUInt32BE(at);
  return at === blob.length;
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|'))
    return hashName(name, Buffer.from(patterns.split('|')[2] ?? '', 'base64')) === patterns;
  const list = patterns.toLowerCase().split(',');
  return (
    list.some((pattern) => wildcard(pattern).test(name)) &&
    !list.some((pattern) => pattern.startsWith('!') && wildcard(pattern.slice(1)).test(name))
  );
}

const hashName = (name: string, salt: Buffer): string =>
  `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name.toLowerCase()).digest('base64')}`;

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
