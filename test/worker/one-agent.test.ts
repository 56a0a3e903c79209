/** One folder has one agent, whatever happens to its socket and to the agent itself. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  globSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Holder, textOfHolder, thisProcess } from '../../src/worker/folder/holder.ts';
import { FolderLock, takeFolder } from '../../src/worker/folder/lock.ts';
import { socketPath } from '../../src/worker/endpoint.ts';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../src/worker/main.ts');

interface Started {
  readonly pid: number;
}

describe('P3 an agent', () => {
  let host: Host;
  beforeEach(() => {
    host = new Host();
  });
  afterEach(async () => {
    for (const pid of agents()) process.kill(pid, 'SIGKILL');
    expect(await host.dispose()).toEqual([]);
  });

  const start = async (node = process.execPath): Promise<Started> => {
    const { stdout } = await run(node, [main, 'start', '--folder', host.folder]);
    return JSON.parse(stdout) as Started;
  };
  /** Asked again and again: what an agent starts has its command line until exec(2). */
  const agents = (): number[] =>
    readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && commandOf(pid).includes(`serve --folder ${host.folder}`));
  const running = async (): Promise<() => void> => {
    const writer = await host.connect();
    await writer.greet();
    const gate = join(host.folder, 'gate');
    writer.lease(launchOf([fixture('waits-for-file'), gate]), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    return () => writeFileSync(gate, '');
  };

  it('whose Node was removed is replaced by one that has a Node, and its trials are found again', async () => {
    const node = join(host.folder, 'node-to-go');
    linkSync(realpathSync(process.execPath), node);
    const { pid } = await start(node);
    const open = await running();
    rmSync(node);
    const next = await start();
    expect(next.pid).not.toBe(pid);
    await expect.poll(agents).toEqual([next.pid]);
    const writer = await host.connect();
    await writer.greet();
    open();
    expect((await writer.hears('ended')).attempt).toBe('a-1');
  });

  it('makes its socket anew when it was removed, and is not joined by another', {
    timeout: 60_000,
  }, async () => {
    const { pid } = await start();
    const open = await running();
    rmSync(socketPath(host.folder));
    const again = await Promise.all([start(), start()]);
    expect(again.map((started) => started.pid)).toEqual([pid, pid]);
    await expect.poll(agents).toEqual([pid]);
    rmSync(socketPath(host.folder));
    mkdirSync(join(socketPath(host.folder), 'somebody’s'), { recursive: true });
    const isSocket = (): boolean | undefined =>
      lstatSync(socketPath(host.folder), { throwIfNoEntry: false })?.isSocket();
    await expect.poll(isSocket, { timeout: 10_000 }).toBe(true);
    const [aside = ''] = globSync(`${socketPath(host.folder)}.*`);
    expect(readdirSync(aside)).toEqual(['somebody’s']);
    rmSync(aside, { recursive: true });
    const writer = await host.connect();
    expect(await writer.greet(2)).toMatchObject({ running: [{ attempt: 'a-1' }] });
    open();
    await writer.ended('a-1');
  });

  it('that is stopped and cannot be reached is ended in order, and its trial goes on', {
    timeout: 60_000,
  }, async () => {
    const { pid } = await start();
    const open = await running();
    process.kill(pid, 'SIGSTOP');
    rmSync(socketPath(host.folder));
    const next = await start();
    expect(next.pid).not.toBe(pid);
    await expect.poll(agents).toEqual([next.pid]);
    const writer = await host.connect();
    expect(await writer.greet(2)).toMatchObject({ running: [{ attempt: 'a-1' }] });
    open();
    expect((await writer.ended('a-1')).end.outcome).toEqual({ kind: 'succeeded' });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'in a container that sees neither its process nor its socket leaves the folder to it (needs root)',
    { timeout: 60_000 },
    async () => {
      rmSync(host.folder, { recursive: true });
      const folder = mkdtempSync('/var/tmp/labsweep-host-');
      Object.assign(host, { folder });
      const { pid } = await start();
      const inside = `mount -t tmpfs tmpfs '${dirname(socketPath(folder))}' && exec "$@"`;
      const other = spawn('unshare', [
        '-m',
        '-p',
        '-f',
        '--mount-proc',
        'sh',
        '-c',
        inside,
        'sh',
        process.execPath,
        main,
        'serve',
        '--folder',
        folder,
      ]);
      const [code] = await once(other, 'exit');
      expect(code).toBe(0);
      await expect.poll(agents).toEqual([pid]);
    },
  );
});

function commandOf(pid: number): string {
  try {
    // A zombie has none.
    return existsSync(`/proc/${pid}/exe`)
      ? readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
      : '';
  } catch {
    return '';
  }
}

describe('the lock of a folder', () => {
  let root: string;
  const own = thisProcess('0123456789abcdef');
  beforeEach(() => {
    root = mkdtempSync('/tmp/labsweep-lock-');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const holds = (holder: Partial<Holder>, number = 1): void =>
    symlinkSync(textOfHolder({ ...own, ...holder }), join(root, `serving.${number}`));
  const take = async () => (await takeFolder(root, own)).kind;

  it('fits beside an inode of ext4, so that a full disk has room for it', () => {
    expect(textOfHolder({ ...own, pid: 4_194_304, startTime: 36 ** 7 - 1 }).length).toBeLessThan(60);
  });

  it.each<[string, Partial<Holder>, string]>([
    ['a process that lives', { pid: process.ppid, startTime: null }, 'held'],
    ['a process that is gone', { pid: 2 ** 22 + 1 }, 'taken'],
    ['a process whose number another has', { startTime: 1 }, 'taken'],
    ['a process of another boot', { boot: '00000000' }, 'taken'],
  ])('is %s’s', async (_, holder, kind) => {
    holds(holder);
    expect(await take()).toBe(kind);
  });

  it.each<[string, Partial<Holder>]>([
    ['another container', { namespace: '0000' }],
    ['another machine with the same id', { machine: '000000', boot: '00000000' }],
  ])('of %s stays its own as long as that says that it lives', { timeout: 20_000 }, async (_, holder) => {
    const lock = FolderLock.make(root, 1, { ...own, ...holder });
    const beating = setInterval(() => lock?.beat(), 500);
    expect(await take()).toBe('held');
    clearInterval(beating);
    expect(await take()).toBe('taken');
    expect(lock?.keep()).toBe(false);
  });

  it('is taken by one of many', async () => {
    holds({ pid: 2 ** 22 + 1 }, 7);
    const living = [process.pid, process.ppid, 1].map((pid) => ({ ...own, pid, startTime: null }));
    const taken = await Promise.all(living.map((holder) => takeFolder(root, holder)));
    expect(taken.filter(({ kind }) => kind === 'taken')).toHaveLength(1);
    expect(readdirSync(root)).toEqual(['serving.8']);
  });

  it('behind a number that none of ours can have had is named, and not looked for on and on', async () => {
    holds({ pid: 2 ** 22 + 1 }, 999_999_999_999_999);
    await expect(takeFolder(root, own)).rejects.toThrow(
      /serving\.9{15} is no lock of labsweep's; remove it$/,
    );
  });

  it('is not taken away by who saw only an older holder', () => {
    const last = FolderLock.make(root, 3, own);
    expect(FolderLock.make(root, 2, { ...own, pid: 1 })).toBeNull();
    expect(last?.keep()).toBe(true);
  });

  it('that somebody has removed is made anew by its holder, but not over another’s', () => {
    const lock = FolderLock.make(root, 1, own);
    rmSync(join(root, 'serving.1'));
    expect(lock?.keep()).toBe(true);
    expect(readdirSync(root)).toEqual(['serving.1']);
    rmSync(join(root, 'serving.1'));
    holds({ pid: process.ppid }, 1);
    expect(lock?.keep()).toBe(false);
    rmSync(root, { recursive: true });
    expect(lock?.keep()).toBe(false);
  });
});
