import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jumpName, readSshConfig, type SshName } from '../../../src/coordinator/transport/ssh-config.ts';
import { TransportError } from '../../../src/coordinator/transport/transport.ts';

const folder = mkdtempSync(join(tmpdir(), 'labsweep-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const named = (name: string, more: Partial<SshName> = {}): SshName => ({
  name,
  address: null,
  port: null,
  user: null,
  jump: null,
  ...more,
});

function read(config: string, host: SshName) {
  const file = join(folder, 'config');
  writeFileSync(file, config);
  return readSshConfig(host, file);
}

const lab = `
Host cedar
  HostName 192.0.2.18
  Port 2222
  User mina
  IdentityFile ~/.ssh/lab-%h
  CertificateFile ~/.ssh/lab-cert.pub
  IdentitiesOnly yes
  IdentityAgent none
  ProxyJump gate,ada@inner:2200
  HostKeyAlias old-cedar
  UserKnownHostsFile /a/known /b/known
  HashKnownHosts yes
Host elm
  ProxyCommand nc %h %p
`;

describe("a host in the user's ssh config", () => {
  it('is what ssh makes of it', async () => {
    expect(await read(lab, named('cedar'))).toMatchObject({
      name: 'cedar',
      hostname: '192.0.2.18',
      port: 2222,
      user: 'mina',
      identityFiles: [join(homedir(), '.ssh/lab-192.0.2.18')],
      certificateFiles: [join(homedir(), '.ssh/lab-cert.pub')],
      identitiesOnly: true,
      identityAgent: null,
      proxyJump: ['gate', 'ada@inner:2200'],
      proxyCommand: null,
      hostKeyAlias: 'old-cedar',
      hashKnownHosts: true,
    });
    const { knownHostsFiles } = await read(lab, named('cedar'));
    expect(knownHostsFiles.slice(0, 2)).toEqual(['/a/known', '/b/known']);
  });

  it('gives way to the inventory', async () => {
    const host = named('cedar', { address: '192.0.2.99', port: 22, user: 'ada', jump: 'other' });
    expect(await read(lab, host)).toMatchObject({
      hostname: '192.0.2.99',
      port: 22,
      user: 'ada',
      proxyJump: ['other'],
      hostKeyAlias: 'old-cedar',
    });
  });

  it('may be reached by a command', async () => {
    expect((await read(lab, named('elm'))).proxyCommand).toBe('nc %h %p');
  });

  it('need not be there', async () => {
    expect(await read('', named('birch'))).toMatchObject({ hostname: 'birch', port: 22, proxyJump: [] });
  });

  it('that ssh cannot read is named with what ssh says', async () => {
    const error = await read('Hots cedar\n', named('cedar')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ kind: 'name', lasting: true });
    expect(String(error)).toContain('line 1');
  });

  it('whose name looks like an option is none', async () => {
    const error = await read('', named('-V')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: 'name', message: expect.stringContaining('-V') });
  });
});

describe('a jump host', () => {
  it.each([
    ['gate', 'gate', null, null],
    ['ada@gate:2200', 'gate', 'ada', 2200],
    ['ssh://ada@gate:2200', 'gate', 'ada', 2200],
    ['[2001:db8::1]:22', '2001:db8::1', null, 22],
    ['a@b@gate', 'gate', 'a@b', null],
  ])('%s', (jump, name, user, port) => {
    expect(jumpName(jump)).toEqual({ name, address: null, user, port, jump: null });
  });
});
