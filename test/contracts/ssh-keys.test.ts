/** Who is let in, and who is entered: keys, agents, certificates, known_hosts; against real sshd processes. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askIdentity, trustHostKeys } from '../../src/coordinator/transport/host-keys.ts';
import { type Kind, problem, Ways } from './reach.ts';
import { type HostOptions, type SshHost, SshLab, whyNoSshd } from './ssh-lab.ts';

if (whyNoSshd !== null) console.log(`Skipped: keys over SSH, ${whyNoSshd}.`);

const kinds: readonly Kind[] = ['ssh2', 'openssh'];
const ways = new Ways();
let lab: SshLab;
let agent: ChildProcess;
let agentSocket: string;

beforeAll(async () => {
  if (whyNoSshd !== null) return;
  lab = new SshLab();
  agentSocket = join(lab.folder, 'agent.sock');
  agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: 'ignore' });
  while (!existsSync(agentSocket)) await pause(10);
});
afterAll(async () => {
  if (whyNoSshd !== null) return;
  await ways.close();
  agent.kill();
  await once(agent, 'exit');
  await lab.close();
});

const echo = async (kind: Kind, host: SshHost): Promise<string> =>
  (await ways.reach(kind, host.name, lab).exec(['echo', 'in'])).stdout;
const refused = (kind: Kind, host: SshHost) => problem(ways.reach(kind, host.name, lab).exec(['true']));

describe.skipIf(whyNoSshd !== null).each(kinds)('over %s', (kind) => {
  const start = (name: string, options: HostOptions = {}): Promise<SshHost> =>
    lab.start(`${name}-${kind}`, options);

  it('an encrypted key is used through the ssh-agent; without one the user is told of ssh-add', async () => {
    const key = lab.makeKey(`id-encrypted-${kind}`, '-N', 'secret');
    appendFileSync(lab.authorized, readFileSync(`${key}.pub`));
    const without = await start('encrypted', { identity: key });
    const error = await refused(kind, without);
    expect(error).toMatchObject({
      kind: 'auth',
      lasting: true,
      message: expect.stringContaining(`ssh-add ${key}`),
    });
    addToAgent(key, 'secret');
    const host = await start('with-agent', { identity: key, config: [`IdentityAgent ${agentSocket}`] });
    expect(await echo(kind, host)).toBe('in\n');
  });

  it('a host that takes passwords only is named, and no password is asked for', async () => {
    const host = await start('password', {
      settings: ['PubkeyAuthentication no', 'PasswordAuthentication yes'],
    });
    expect(await refused(kind, host)).toMatchObject({
      kind: 'auth',
      lasting: true,
      message: expect.stringMatching(/only .*password/),
    });
  });

  it('hashed names in known_hosts are found', async () => {
    const host = await start('hashed');
    execFileSync('ssh-keygen', ['-q', '-H', '-f', lab.knownHosts], { stdio: 'ignore' });
    expect(await echo(kind, host)).toBe('in\n');
  });

  it('P9 a revoked host key is not entered', async () => {
    const host = await start('revoked');
    appendFileSync(lab.knownHosts, `@revoked * ${readFileSync(`${host.keyFile}.pub`, 'utf8')}`);
    expect(await refused(kind, host)).toMatchObject({
      kind: 'host-key',
      lasting: true,
      message: expect.stringContaining('revoked'),
    });
    expect(host.logins).toBe(0);
  });

  it('a host with several keys shows the one that is on record', async () => {
    const rsa = lab.makeKey(`rsa-${kind}`, '-t', 'rsa', '-b', '2048');
    const host = await start('several', { settings: [`HostKey ${rsa}`], known: false });
    lab.know(host, rsa);
    expect(await echo(kind, host)).toBe('in\n');
  });

  it('P9 StrictHostKeyChecking no in the ssh config lets no unknown host in', async () => {
    const host = await start('careless', { known: false, config: ['StrictHostKeyChecking no'] });
    expect((await refused(kind, host)).kind).toBe('host-key');
  });

  it('a key is accepted after a yes, through a jump host too', async () => {
    const jump = await start('trust-jump');
    const knownHosts = join(lab.folder, `known-of-trust-${kind}`);
    const host = await start('trust', {
      known: false,
      config: [`ProxyJump ${jump.name}`, `UserKnownHostsFile ${knownHosts}`, 'HashKnownHosts yes'],
    });
    const name = { name: host.name, address: null, port: null, user: null, jump: null };
    const identity = await askIdentity(name, lab.configFile);
    const shown = execFileSync('ssh-keygen', ['-lf', `${host.keyFile}.pub`], { encoding: 'utf8' }).split(
      ' ',
    )[1];
    expect(identity.keys).toMatchObject([{ type: 'ssh-ed25519', fingerprint: shown, verdict: 'unknown' }]);
    expect((await refused(kind, host)).kind).toBe('host-key');
    await trustHostKeys(identity, identity.keys);
    expect(statSync(knownHosts).mode & 0o777).toBe(0o600);
    expect((await askIdentity(name, lab.configFile)).keys).toMatchObject([{ verdict: 'known' }]);
    expect(await echo(kind, host)).toBe('in\n');
  });
});

describe.skipIf(whyNoSshd !== null)('a known_hosts whose last line has no end', () => {
  it('keeps that host known, and takes another', async () => {
    const knownHosts = join(lab.folder, 'known-without-end');
    const start = (name: string): Promise<SshHost> =>
      lab.start(name, { known: false, config: [`UserKnownHostsFile ${knownHosts}`] });
    const [first, second] = [await start('endless'), await start('after-endless')];
    const nameOf = ({ name }: SshHost) => ({ name, address: null, port: null, user: null, jump: null });
    const trust = async (host: SshHost): Promise<void> => {
      const identity = await askIdentity(nameOf(host), lab.configFile);
      await trustHostKeys(identity, identity.keys);
    };
    await trust(first);
    writeFileSync(knownHosts, readFileSync(knownHosts, 'utf8').trimEnd());
    await trust(second);
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^\S+ \S+ \S+\n\S+ \S+ \S+\n$/);
    for (const kind of kinds) for (const host of [first, second]) expect(await echo(kind, host)).toBe('in\n');
  });
});

describe.skipIf(whyNoSshd !== null)('what only ssh itself can do', () => {
  const toOpenssh = expect.stringContaining('"transport": "openssh"');

  it('a user certificate', async () => {
    const authority = lab.makeKey('authority');
    const key = lab.makeKey('certified');
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'me', '-n', userInfo().username, `${key}.pub`]);
    const host = await lab.start('certified-host', {
      identity: key,
      settings: [`TrustedUserCAKeys ${authority}.pub`, 'AuthorizedKeysFile none'],
    });
    expect(await echo('openssh', host)).toBe('in\n');
    expect(await refused('ssh2', host)).toMatchObject({ kind: 'auth', lasting: true, message: toOpenssh });
  });

  it('a ProxyCommand', async () => {
    const gate = await lab.start('gate');
    const command = `ssh -F ${lab.configFile} -W %h:%p ${gate.name}`;
    const host = await lab.start('by-command', { config: [`ProxyCommand ${command}`] });
    expect(await echo('openssh', host)).toBe('in\n');
    expect(await refused('ssh2', host)).toMatchObject({ kind: 'name', lasting: true, message: toOpenssh });
  });
});

describe.skipIf(whyNoSshd !== null)('jump hosts over ssh2', () => {
  it('hosts behind one share its one connection, which ends with the last of them', async () => {
    const jump = await lab.start('shared-jump');
    const hosts = await Promise.all(
      ['a', 'b', 'c'].map((name) => lab.start(`behind-${name}`, { config: [`ProxyJump ${jump.name}`] })),
    );
    const transports = hosts.map(({ name }) => ways.reach('ssh2', name, lab));
    await Promise.all(transports.map((transport) => transport.exec(['true'])));
    expect(jump.logins).toBe(1);
    await Promise.all(transports.map((transport) => transport.close()));
    while (!jump.log.includes('Disconnected from user')) await pause(20);
  });

  it('a jump host that was cut off is gone through again', async () => {
    const jump = await lab.start('cut-jump');
    const host = await lab.start('behind-cut', { config: [`ProxyJump ${jump.name}`] });
    const transport = ways.reach('ssh2', host.name, lab);
    const running = problem(transport.exec(['sleep', '60']));
    await transport.exec(['true']);
    jump.signalSessions('SIGKILL');
    expect((await running).kind).toBe('cut');
    expect((await transport.exec(['echo', 'back'])).stdout).toBe('back\n');
  });

  it('a jump host that does not let the user in is the one that is named', async () => {
    const jump = await lab.start('closed-jump', { identity: lab.makeKey('stranger') });
    const host = await lab.start('behind-closed', { config: [`ProxyJump ${jump.name}`] });
    expect(await refused('ssh2', host)).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('closed-jump'),
    });
  });
});

function addToAgent(key: string, passphrase: string): void {
  const askpass = join(lab.folder, 'askpass');
  writeFileSync(askpass, `#!/bin/sh\necho ${passphrase}\n`, { mode: 0o700 });
  const env = {
    ...process.env,
    SSH_AUTH_SOCK: agentSocket,
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: 'force',
  };
  execFileSync('ssh-add', ['-q', key], { env, stdio: 'ignore' });
}
