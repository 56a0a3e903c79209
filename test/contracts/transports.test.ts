/** One contract, every way to reach a host; SSH against real sshd processes on loopback. */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentAddress, Transport } from '../../src/coordinator/transport/transport.ts';
import { relayMarker } from '../../src/protocol/relay-marker.ts';
import { type Kind, problem, Ways } from './reach.ts';
import { type SshHost, SshLab, whyNoSshd } from './ssh-lab.ts';

if (whyNoSshd !== null) console.log(`Skipped: transports over SSH, ${whyNoSshd}.`);

const folder = mkdtempSync(join(tmpdir(), 'labsweep-transports-'));
const ways = new Ways();
let lab: SshLab;

beforeAll(() => {
  if (whyNoSshd === null) lab = new SshLab();
});
afterAll(async () => {
  await ways.close();
  if (whyNoSshd === null) await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const reach = (kind: Kind, name: string, jump: string | null = null): Transport =>
  ways.reach(kind, name, kind === 'local' ? null : lab, jump);

/** A file of this machine with content of chance. */
function localFile(bytes: number, mode = 0o644): string {
  const path = join(folder, randomBytes(6).toString('hex'));
  writeFileSync(path, randomBytes(bytes));
  chmodSync(path, mode);
  return path;
}

/** A path on the "host" that no other test uses. */
const hostPath = (name: string): string => join(folder, `host-${randomBytes(6).toString('hex')}`, name);

/** An agent that says everything back: a relay that a noisy host would have, or for `local` a socket. */
async function echoAgent(kind: Kind): Promise<{ readonly agent: AgentAddress; readonly stop: () => void }> {
  const relay = join(folder, `relay-${randomBytes(6).toString('hex')}`);
  writeFileSync(relay, `#!/bin/sh\necho welcome\nprintf '${relayMarker.trimEnd()}\\n'\nexec cat\n`, {
    mode: 0o700,
  });
  if (kind !== 'local') return { agent: { socket: '/nowhere', relay: [relay] }, stop: () => {} };
  const socket = `${relay}.sock`;
  const server = createServer({ allowHalfOpen: true }, (stream) => stream.pipe(stream)).listen(socket);
  await once(server, 'listening');
  return { agent: { socket, relay: [relay] }, stop: () => server.close() };
}

async function echoed(stream: Duplex, text: string): Promise<string> {
  let heard = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
  stream.write(text);
  while (heard.length < text.length) await once(stream, 'data');
  return heard;
}

const kinds: readonly Kind[] = whyNoSshd === null ? ['local', 'ssh2', 'openssh'] : ['local'];
const remote = kinds.filter((kind) => kind !== 'local');

describe.each(kinds)('a host reached by %s', (kind) => {
  const name = `plain-${kind}`;
  let host: Transport;

  beforeAll(async () => {
    if (kind !== 'local') await lab.start(name);
    host = reach(kind, name);
  });

  it('runs a command: output, errors and exit code come back', async () => {
    expect(await host.exec(['echo', 'a', 'b'])).toEqual({ code: 0, stdout: 'a b\n', stderr: '' });
    expect((await host.exec(['sh'], 'echo oh >&2; exit 7')).stderr).toBe('oh\n');
    expect((await host.exec(['sh'], 'exit 7')).code).toBe(7);
  });

  it('hands over standard input as it is, a large one too', async () => {
    const text = `it's "quoted" $HOME \\ ü\n`.repeat(60_000);
    expect((await host.exec(['cat'], text)).stdout).toBe(text);
  });

  it('takes no notice of input that a command does not read', async () => {
    expect((await host.exec(['true'], 'x'.repeat(1_000_000))).code).toBe(0);
  });

  it.each(['a b', '$HOME', 'a;b', "it's", '', '~', '*', 'a\nb', 'ü'])(
    'P9 refuses %j in a command line',
    async (word) => {
      expect(await problem(host.exec(['echo', word]))).toMatchObject({ kind: 'command', lasting: true });
    },
  );

  it('runs many commands at once', async () => {
    const results = await Promise.all(Array.from({ length: 30 }, (_, i) => host.exec(['echo', String(i)])));
    expect(results.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 30 }, (_, i) => `${i}\n`));
  });

  it('puts a file: its content, folders on the way of the user only, and nothing beside it', async () => {
    const from = localFile(3_000_001);
    const to = hostPath('deep/er/file with "odd" $name');
    await host.put(from, to);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(statSync(join(to, '..')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(to, '..'))).toHaveLength(1);
  });

  it('puts a program as one that may run, and an empty file', async () => {
    const [program, empty] = [hostPath('program'), hostPath('empty')];
    await host.put(localFile(10, 0o755), program);
    await host.put(localFile(0), empty);
    expect(statSync(program).mode & 0o777).toBe(0o700);
    expect(statSync(empty).size).toBe(0);
  });

  it('puts a file over another', async () => {
    const to = hostPath('file');
    const second = localFile(70_000);
    await host.put(localFile(100_000), to);
    await host.put(second, to);
    expect(readFileSync(to).equals(readFileSync(second))).toBe(true);
  });

  it('two who put the same file at once do each other no harm', async () => {
    const from = localFile(5_000_000);
    const to = hostPath('file');
    await Promise.all([host.put(from, to), host.put(from, to), host.put(from, to)]);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    expect(readdirSync(join(to, '..'))).toHaveLength(1);
  });

  it('says how far a file has come', async () => {
    const said: number[] = [];
    await host.put(localFile(1_000_000), hostPath('file'), (bytes) => said.push(bytes));
    expect(said.at(-1)).toBe(1_000_000);
    expect(said).toEqual([...said].sort((a, b) => a - b));
  });

  it('names a file that it cannot write, and why', async () => {
    const path = join(localFile(1), 'below', 'file');
    const error = await problem(host.put(localFile(1_000), path));
    expect(error.kind).toBe('io');
    expect(error.message).toContain(path);
    expect(error.message).toMatch(/not a directory/i);
  });

  it('gets a file', async () => {
    const from = localFile(3_000_001);
    const to = join(folder, 'back', randomBytes(4).toString('hex'));
    await host.get(from, to);
    expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
  });

  it('names a file that is not there', async () => {
    const error = await problem(host.get('/nowhere/file', join(folder, 'never')));
    expect(error).toMatchObject({ kind: 'io', message: expect.stringContaining('/nowhere/file') });
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });

  it('attaches to the agent: what the relay prints before its marker is dropped', async () => {
    const { agent, stop } = await echoAgent(kind);
    const stream = await host.attach(agent);
    const text = '{"a":"ü"}\n'.repeat(50_000);
    expect(await echoed(stream, text)).toBe(text);
    stream.end();
    await once(stream, 'close');
    stop();
  });

  it('does its work beside an agent that is attached', async () => {
    const { agent, stop } = await echoAgent(kind);
    const stream = await host.attach(agent);
    const to = hostPath('file');
    await host.put(localFile(500_000), to);
    expect((await host.exec(['echo', 'there'])).stdout).toBe('there\n');
    expect(await echoed(stream, 'still here\n')).toBe('still here\n');
    stream.destroy();
    stop();
  });

  it('says that no agent answers', async () => {
    const error = await problem(host.attach({ socket: '/nowhere/socket', relay: ['sh', '-c', 'false'] }));
    expect(error.message).toContain('does not answer');
  });

  it('keeps no process from ending: close ends the connection', async () => {
    const other = reach(kind, name);
    await other.exec(['true']);
    await other.close();
  });
});

describe.runIf(remote.length > 0).each(remote)('over %s', (kind) => {
  const started = async (name: string, options = {}): Promise<SshHost> =>
    lab.start(`${name}-${kind}`, options);
  const to = (host: SshHost): Transport => reach(kind, host.name);

  it('first uses at once share one handshake', async () => {
    const host = await started('one-handshake');
    const transport = to(host);
    await Promise.all(Array.from({ length: 4 }, () => transport.exec(['true'])));
    expect(host.logins).toBe(1);
  });

  it('a connection that was cut is made again by the next use', async () => {
    const host = await started('cut');
    const transport = to(host);
    const { agent } = await echoAgent(kind);
    const stream = await transport.attach(agent);
    stream.resume().on('error', () => {});
    const closed = once(stream, 'close');
    const begun = join(folder, `begun-${kind}`);
    const running = problem(transport.exec(['sh'], `: >${begun}; exec sleep 60`));
    // A process of openssh that only now looks for the connection would find none, and make one that is not cut.
    while (!existsSync(begun)) await pause(20);
    host.signalSessions('SIGKILL');
    await closed;
    expect(await running).toMatchObject({ kind: 'cut', lasting: false });
    expect((await transport.exec(['echo', 'back'])).stdout).toBe('back\n');
    expect(host.logins).toBe(2);
  });

  it('a put that was cut goes on where it was', async () => {
    const host = await started('resume');
    const transport = to(host);
    const bytes = 30_000_000;
    const from = localFile(bytes);
    const path = hostPath('file');
    let cut = false;
    const first = transport.put(from, path, (sent) => {
      if (cut || sent < bytes / 2) return;
      cut = true;
      host.signalSessions('SIGKILL');
    });
    expect(await problem(first)).toMatchObject({ kind: 'cut' });
    expect(existsSync(path)).toBe(false);
    const said: number[] = [];
    await transport.put(from, path, (sent) => said.push(sent));
    expect(said[0]).toBeGreaterThan(bytes / 4);
    expect(readFileSync(path).equals(readFileSync(from))).toBe(true);
  });

  it('a put that goes on from a part that was damaged sends it anew', async () => {
    const transport = to(await started('damaged'));
    const from = localFile(400_000);
    const path = hostPath('file');
    const hash = createHash('sha256').update(readFileSync(from)).digest('hex').slice(0, 16);
    mkdirSync(join(path, '..'));
    writeFileSync(`${path}.${hash}.part`, Buffer.alloc(200_000));
    await transport.put(from, path);
    expect(readFileSync(path).equals(readFileSync(from))).toBe(true);
  });

  it('a get that was cut goes on where it was', async () => {
    const host = await started('resume-get');
    const transport = to(host);
    const bytes = 30_000_000;
    const from = localFile(bytes);
    const path = join(folder, 'got', randomBytes(4).toString('hex'));
    let cut = false;
    const first = transport.get(from, path, (got) => {
      if (cut || got < bytes / 2) return;
      cut = true;
      host.signalSessions('SIGKILL');
    });
    expect(await problem(first)).toMatchObject({ kind: 'cut' });
    expect(existsSync(path)).toBe(false);
    const said: number[] = [];
    await transport.get(from, path, (got) => said.push(got));
    expect(said[0]).toBeGreaterThan(bytes / 4);
    expect(readFileSync(path).equals(readFileSync(from))).toBe(true);
  });

  it('a host that has gone silent is given up within 6 s', async () => {
    const host = await started('frozen');
    const transport = to(host);
    const { agent } = await echoAgent(kind);
    const stream = await transport.attach(agent);
    stream.resume().on('error', () => {});
    const closed = once(stream, 'close');
    host.signalSessions('SIGSTOP');
    const start = performance.now();
    await closed;
    expect(performance.now() - start).toBeLessThan(6_000);
    host.signalSessions('SIGKILL');
  });

  describe.each(['sh', 'tcsh', 'fish'])('with %s for a login shell, whose rc file prints', (shell) => {
    const installed = existsSync(`/usr/bin/${shell}`) || existsSync(`/bin/${shell}`);

    it.skipIf(!installed)('everything works all the same', async () => {
      const wrapper = join(folder, `login-${shell}-${kind}`);
      writeFileSync(
        wrapper,
        `#!/bin/sh\necho 'Your quota is 98 % full'\nexec ${shell} -c "$SSH_ORIGINAL_COMMAND"\n`,
        {
          mode: 0o700,
        },
      );
      const host = await started(`shell-${shell}`, { settings: [`ForceCommand ${wrapper}`] });
      writeFileSync(join(host.home, '.tcshrc'), 'echo hello from tcshrc\n');
      mkdirSync(join(host.home, '.config/fish'), { recursive: true });
      writeFileSync(join(host.home, '.config/fish/config.fish'), 'echo hello from fish\n');
      const transport = to(host);
      expect((await transport.exec(['echo', 'last'])).stdout).toMatch(/quota[^]*\nlast\n$/);
      const from = localFile(1_000_000);
      await transport.put(from, `below home/file`);
      expect(readFileSync(join(host.home, 'below home/file')).equals(readFileSync(from))).toBe(true);
      const back = join(folder, 'back', randomBytes(4).toString('hex'));
      await transport.get('below home/file', back);
      expect(readFileSync(back).equals(readFileSync(from))).toBe(true);
      const { agent } = await echoAgent(kind);
      const stream = await transport.attach(agent);
      expect(await echoed(stream, 'through\n')).toBe('through\n');
      stream.end();
    });
  });

  it('a forced command that runs nothing of ours is named', async () => {
    const host = await started('forced', { settings: ['ForceCommand echo This account is for backups.'] });
    const error = await problem(to(host).put(localFile(10), hostPath('file')));
    expect(error).toMatchObject({
      kind: 'command',
      lasting: true,
      message: expect.stringContaining('forced command'),
    });
  });

  it('works where sshd lets a connection have one session', async () => {
    const host = await started('one-session', { settings: ['MaxSessions 1'] });
    const transport = to(host);
    const { agent } = await echoAgent(kind);
    const stream = await transport.attach(agent);
    const results = await Promise.all(
      Array.from({ length: 6 }, (_, i) => transport.exec(['echo', String(i)])),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(['0\n', '1\n', '2\n', '3\n', '4\n', '5\n']);
    const path = hostPath('file');
    await transport.put(localFile(300_000), path);
    expect(statSync(path).size).toBe(300_000);
    expect(await echoed(stream, 'still here\n')).toBe('still here\n');
    stream.end();
  });

  it('eight who come at once are let in where sshd has two at its door', async () => {
    const host = await started('narrow-door', { settings: ['MaxStartups 2'] });
    const transports = Array.from({ length: 8 }, () => to(host));
    const results = await Promise.all(transports.map((transport) => transport.exec(['echo', 'in'])));
    expect(results.every(({ stdout }) => stdout === 'in\n')).toBe(true);
  });

  it('goes through a jump host', async () => {
    const jump = await started('jump');
    const behind = await started('behind', { config: [`ProxyJump ${jump.name}`] });
    const named = await started('named-jump');
    expect((await to(behind).exec(['echo', 'through'])).stdout).toBe('through\n');
    const transport = reach(kind, named.name, jump.name);
    expect((await transport.exec(['echo', 'through'])).stdout).toBe('through\n');
    expect(jump.logins).toBeGreaterThan(0);
  });

  it('a key that the host does not accept: says where to put one', async () => {
    const host = await started('wrong-key', { identity: lab.makeKey(`other-${kind}`) });
    const error = await problem(to(host).exec(['true']));
    expect(error).toMatchObject({
      kind: 'auth',
      lasting: true,
      message: expect.stringContaining('ssh-copy-id'),
    });
  });

  it('an unknown host key: is not entered, and says how to accept it', async () => {
    const host = await started('unknown', { known: false });
    const error = await problem(to(host).exec(['true']));
    expect(error).toMatchObject({
      kind: 'host-key',
      lasting: true,
      message: expect.stringContaining(`labsweep hosts trust ${host.name}`),
    });
    expect(host.logins).toBe(0);
  });

  it('P9 a changed host key: is not entered, both fingerprints, and what it may mean', async () => {
    const host = await started('changed', { known: false });
    const old = lab.makeKey(`old-${kind}`, '-t', 'ed25519');
    lab.know(host, old);
    const error = await problem(to(host).exec(['true']));
    expect(error).toMatchObject({
      kind: 'host-key',
      lasting: true,
      message: expect.stringContaining('in between'),
    });
    for (const file of [old, host.keyFile])
      expect(error.message).toContain(
        execFileSync('ssh-keygen', ['-lf', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1],
      );
    expect(host.logins).toBe(0);
  });

  it('a name without an address: says where to give one', async () => {
    const error = await problem(reach(kind, 'no-such-host.invalid').exec(['true']));
    expect(['name', 'unreachable']).toContain(error.kind);
    expect(error.message).toContain('no-such-host.invalid');
  });

  it('a host on which nobody listens: may be tried again', async () => {
    lab.configure(`nobody-${kind}`, ['Port 1']);
    const error = await problem(reach(kind, `nobody-${kind}`).exec(['true']));
    expect(error).toMatchObject({
      kind: 'unreachable',
      lasting: false,
      message: expect.stringContaining('refuses'),
    });
  });
});
