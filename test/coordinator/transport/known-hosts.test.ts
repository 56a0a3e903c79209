import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  fingerprint,
  hostKey,
  judge,
  knownHostsLine,
  knownHostsName,
  knownKeys,
} from '../../../src/coordinator/transport/known-hosts.ts';

/** The blob of a key is strings with their lengths before them (RFC 4253, 6.6); the first is its type. */
const keyOf = (content: string, type = 'ssh-ed25519') => {
  const string = (text: string): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  return hostKey(Buffer.concat([string(type), string(content)]));
};
const one = keyOf('one');
const other = keyOf('other');
const line = (patterns: string, key = one, marker = ''): string =>
  `${marker}${patterns} ${key.type} ${key.blob.toString('base64')} a comment\n`;

describe('known_hosts', () => {
  it('says that a host is known, unknown, changed or revoked', () => {
    const text = line('cedar') + line('birch', other) + line('*', other, '@revoked ');
    expect(judge(knownKeys([text], 'cedar'), one)).toBe('known');
    expect(judge(knownKeys([text], 'elm'), one)).toBe('unknown');
    expect(judge(knownKeys([line('cedar')], 'cedar'), other)).toBe('changed');
    expect(judge(knownKeys([text], 'birch'), other)).toBe('revoked');
  });

  it.each([
    ['cedar,192.0.2.18', 'cedar', true],
    ['CEDAR', 'cedar', true],
    ['*.example', 'cedar.example', true],
    ['cedar?', 'cedar1', true],
    ['cedar', 'cedar1', false],
    ['*.example,!cedar.example', 'cedar.example', false],
    ['!cedar.example', 'elm.example', false],
    ['[cedar]:2222', '[cedar]:2222', true],
    ['[cedar]:2222', 'cedar', false],
    ['cedar', '[cedar]:2222', false],
  ])('%s in it, asked for %s: %s', (patterns, name, found) => {
    expect(knownKeys([line(patterns)], name).keys.length > 0).toBe(found);
  });

  it('finds hashed names, and writes them', () => {
    const hashed = knownHostsLine('[cedar]:2222', one, true);
    expect(hashed).not.toContain('cedar');
    expect(judge(knownKeys([hashed], '[cedar]:2222'), one)).toBe('known');
    expect(judge(knownKeys([hashed], 'cedar'), one)).toBe('unknown');
  });

  it('finds what ssh-keygen has hashed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'labsweep-known-'));
    const file = join(folder, 'known_hosts');
    const keyFile = join(folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    const [, base64 = ''] = readFileSync(`${keyFile}.pub`, 'utf8').split(' ');
    const key = hostKey(Buffer.from(base64, 'base64'));
    writeFileSync(file, line('cedar.example', key));
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const shown = execFileSync('ssh-keygen', ['-lf', `${keyFile}.pub`], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(fingerprint(key)).toBe(shown.split(' ')[1]);
    expect(shown).toContain('ED25519');
  });

  it('reads several files, comments and broken lines', () => {
    const broken = '# cedar ssh-ed25519 AAAA\n\ncedar ssh-ed25519\ncedar ssh-rsa AAAA\nrubbish\n';
    const known = knownKeys([broken, line('cedar'), line('cedar', other)], 'cedar');
    expect(known.keys).toEqual([one, other]);
  });

  it('has no key of a host whose line runs into the next', () => {
    // As long as those of ed25519 are, whose base64 has no padding.
    const key = keyOf('k'.repeat(32));
    const merged = `cedar ${key.type} ${key.blob.toString('base64')}${line('birch', other)}`;
    expect(judge(knownKeys([merged], 'cedar'), key)).toBe('unknown');
  });

  it('tells an authority from a key', () => {
    const known = knownKeys([line('*.example', one, '@cert-authority ')], 'cedar.example');
    expect(known).toEqual({ keys: [], revoked: [], certified: true });
  });

  it('has a host under its alias, or its port', () => {
    const host = { hostKeyAlias: null, hostname: 'cedar', port: 22 };
    expect(knownHostsName(host)).toBe('cedar');
    expect(knownHostsName({ ...host, port: 2222 })).toBe('[cedar]:2222');
    expect(knownHostsName({ ...host, port: 2222, hostKeyAlias: 'alias' })).toBe('alias');
  });
});
