import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type OfferedKey, trustHostKeys } from '../../../src/coordinator/transport/host-keys.ts';
import { fingerprint, hostKey } from '../../../src/coordinator/transport/known-hosts.ts';
import type { SshConfig } from '../../../src/coordinator/transport/ssh-config.ts';

const config: SshConfig = {
  name: 'cedar',
  hostname: '192.0.2.18',
  port: 22,
  user: 'mina',
  identityFiles: [],
  certificateFiles: [],
  identitiesOnly: false,
  identityAgent: null,
  proxyJump: [],
  proxyCommand: null,
  knownHostsFiles: [],
  hashKnownHosts: false,
  strictHostKeyChecking: 'ask',
  hostKeyAlias: null,
};

const offered = (verdict: OfferedKey['verdict']): OfferedKey => {
  const type = 'ssh-ed25519';
  const key = hostKey(Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type + verdict)]));
  return { type, fingerprint: fingerprint(key), verdict, instead: [], key };
};

it('P9 only a key that nobody knew is put on record: one that changed or was revoked is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-known-hosts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'known_hosts');
  writeFileSync(file, 'birch ssh-ed25519 AAAA\n');
  const keys = (['known', 'unknown', 'changed', 'revoked'] as const).map(offered);
  await trustHostKeys({ knownAs: 'cedar', file, keys, config }, keys);
  const unknown = offered('unknown').key.blob.toString('base64');
  expect(readFileSync(file, 'utf8')).toBe(`birch ssh-ed25519 AAAA\ncedar ssh-ed25519 ${unknown}\n`);
});
