import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { probe, readProbe } from '../../../src/coordinator/fleet/probe.ts';
import { localTransport } from '../../../src/coordinator/transport/local.ts';
import type { TransportError } from '../../../src/coordinator/transport/transport.ts';
import { problem, Ways } from '../../contracts/reach.ts';
import { SshLab, whyNoSshd } from '../../contracts/ssh-lab.ts';

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'labsweep-probe-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const look = (folder: string, token = 'abc') =>
  probe(localTransport(), { folder, own: null, build: '0123456789abcdef' }, token);

describe('a look at a host', () => {
  it('tells who and what it is, and makes the folder', async () => {
    const folder = join(home, 'lab sweep');
    const found = await look(folder);
    expect(found).toMatchObject({
      folder,
      folderProblem: '',
      runs: 'yes',
      folderId: 'abc',
      os: 'Linux',
      agent: 'no',
      started: null,
      noise: '',
    });
    expect(Math.abs(found.clock - Date.now() / 1_000)).toBeLessThan(60);
    expect(found.freeKib).toBeGreaterThan(0);
    expect(existsSync(join(folder, 'content/id'))).toBe(true);
  });

  it('gives a folder one id, whoever looks', async () => {
    await look(home, 'first');
    expect((await look(home, 'second')).folderId).toBe('first');
  });

  it('takes nothing in a path for a command', async () => {
    const folder = join(home, '$(touch hacked) `touch hacked` \'"; touch hacked #');
    expect((await look(folder)).folder).toBe(folder);
    expect(existsSync('hacked')).toBe(false);
    expect(existsSync(join(home, 'hacked'))).toBe(false);
  });

  it('says why a folder cannot be written', async () => {
    writeFileSync(join(home, 'file'), '');
    expect((await look(join(home, 'file/folder'))).folderProblem).toMatch(/Not a directory|not a directory/);
  });

  it('tells why an agent that is there does not start', async () => {
    const agent = 'process.stderr.write("no agent here\\n"); process.exit(1);';
    const build = createHash('sha256').update(agent).digest('hex').slice(0, 16);
    mkdirSync(join(home, 'agent'));
    writeFileSync(join(home, 'agent', `${build}.mjs`), agent);
    const wanted = { folder: home, own: null, build };
    const found = await probe(localTransport(), wanted, 'abc');
    expect(found).toMatchObject({
      agent: 'yes',
      started: null,
      startProblem: expect.stringContaining('no agent here'),
    });
  });

  it.each([
    ['cut', (agent: string) => agent.slice(0, -20)],
    ['full of zeros', (agent: string) => '\0'.repeat(agent.length)],
    ['empty', () => ''],
  ])('finds no agent in a file that is %s, as a power loss may leave it', async (_, torn) => {
    const agent =
      'process.stdout.write(JSON.stringify({ socket: "/s", pid: 1, build: "b" }));\nlet end = 1;\n';
    const build = createHash('sha256').update(agent).digest('hex').slice(0, 16);
    mkdirSync(join(home, 'agent'));
    writeFileSync(join(home, 'agent', `${build}.mjs`), torn(agent));
    const wanted = { folder: home, own: null, build };
    expect(await probe(localTransport(), wanted, 'abc')).toMatchObject({ agent: 'no', started: null });
    writeFileSync(join(home, 'agent', `${build}.mjs`), agent);
    expect(await probe(localTransport(), wanted, 'abc')).toMatchObject({ agent: 'yes', started: { pid: 1 } });
  });

  it('takes a Node only if it runs and is of 16 or later', async () => {
    const old = join(home, `node/v0-${machine}/node`);
    mkdirSync(dirname(old), { recursive: true });
    writeFileSync(old, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    writeFileSync(`${old}.boot`, 'kept\n');
    expect((await look(home)).node).not.toBe(old);
  });
});

describe('a Node that was put there', () => {
  const script = `#!/bin/sh\nexec ${process.execPath} "$@"\n`;
  const sum = createHash('sha256').update(script).digest('hex');
  /** @returns whether it is taken */
  const isTaken = async (): Promise<boolean> =>
    (await probe(localTransport(), { folder: home, own: null, build: 'x' }, 'abc')).node.startsWith(home);
  const put = (text: string, boot: string): string => {
    const folder = join(home, `node/v24-${machine}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'node'), text, { mode: 0o755 });
    writeFileSync(join(folder, 'node.sum'), `${sum}\n`);
    writeFileSync(join(folder, 'node.boot'), boot);
    return folder;
  };

  it('is taken after another boot where all of it is there, which is looked at once', async () => {
    const folder = put(script, 'an earlier boot');
    expect(await isTaken()).toBe(true);
    expect(readFileSync(join(folder, 'node.boot'), 'utf8')).toBe('kept\n');
  });

  it.each(['an earlier boot', ''])(
    'is not taken where it runs and is not what was put (boot "%s")',
    async (boot) => {
      put(`${script}# torn`, boot);
      expect(await isTaken()).toBe(false);
    },
  );

  it('is not looked at in the boot in which it came', async () => {
    put(`${script}# another`, readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
    expect(await isTaken()).toBe(true);
  });
});

describe.skipIf(whyNoSshd !== null)('a look at a host on which nothing runs as it should', () => {
  let lab: SshLab;
  const ways = new Ways();
  beforeEach(() => {
    lab = new SshLab();
  });
  afterEach(async () => {
    await ways.close();
    await lab.close();
  });

  /** @param command what runs in place of what was asked for, as a login file or a forced command may have it */
  const lookWhere = async (command: string, withinMs?: number): Promise<TransportError> => {
    await lab.start('odd', { settings: [`ForceCommand ${command}`] });
    const wanted = { folder: '~/lab', own: null, build: '0123456789abcdef' };
    return problem(probe(ways.reach('ssh2', 'odd', lab), wanted, 'abc', withinMs));
  };

  it.each([
    ['says something and goes', 'echo For the vision group only.', /It said For the vision group only\.$/],
    ['reads it', 'cat >/dev/null', /It said nothing \(exit code 0\)$/],
    ['reads a line of it as an answer', 'read project; exec sh', /Do login files there .* ask something/],
  ])('tells of one that %s', async (_, command, words) => {
    expect(await lookWhere(command)).toMatchObject({
      kind: 'command',
      message: expect.stringMatching(words),
    });
  });

  it('is given up where it does not end', async () => {
    const error = await lookWhere('sleep 60', 1_000);
    expect(error.message).toMatch(
      /^nothing that it is told to run ends within 1 s\. Is a file server .* away/,
    );
  });
});

describe('what a host answers', () => {
  it('is no probe where the marker is missing', () => {
    expect(readProbe('This account is currently not available.\n')).toBeNull();
  });

  it('may have the noise of login files before it', async () => {
    const rc = join(home, 'sh');
    writeFileSync(rc, '#!/bin/sh\necho "Welcome to oak!"\necho\nexec /bin/sh "$@"\n');
    chmodSync(rc, 0o755);
    const noisy = {
      ...localTransport(),
      exec: (_: readonly string[], stdin?: string) => localTransport().exec([rc], stdin),
    };
    const found = await probe(noisy, { folder: join(home, 'lab'), own: null, build: 'x' }, 'abc');
    expect(found.noise).toBe('Welcome to oak!');
    expect(readFileSync(join(home, 'lab/content/id'), 'utf8')).toBe('abc\n');
  });
});
