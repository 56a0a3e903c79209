/** Who serves a folder: `serve`, `start` and `relay` as a coordinator runs them. */
import { protocolVersion } from '../../src/protocol/messages.ts';
import { createHash } from 'node:crypto';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scriptsInside } from '../../scripts/host-scripts/scripts-inside.ts';
import { decoder, encode } from '../../src/protocol/framing.ts';
import { fromAgentSchema } from '../../src/protocol/messages.ts';
import { relayMarker } from '../../src/protocol/relay-marker.ts';
import { socketPath, tryConnect } from '../../src/worker/endpoint.ts';
import { fixture, launchOf, leaseOf, Writer } from './real-agent.ts';

const run = promisify(execFile);
let bundles: string;
let agent: string;
let folder: string;

beforeAll(async () => {
  bundles = mkdtempSync(join(tmpdir(), 'labsweep-bundle-'));
  agent = join(bundles, 'agent.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../../src/worker/main.ts')],
    outfile: agent,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node16',
    logLevel: 'error',
    plugins: [scriptsInside()],
    banner: { js: "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);" },
  });
});

afterAll(() => rmSync(bundles, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-host-'));
});

afterEach(async () => {
  const pid = await servingPid();
  if (pid !== null) await endAndWait(pid);
  rmSync(folder, { recursive: true, force: true });
  rmSync(socketPath(folder), { force: true });
});

interface Started {
  readonly socket: string;
  readonly pid: number;
  readonly build: string;
}

async function start(script = agent, ...more: readonly string[]): Promise<Started> {
  const { stdout } = await run(process.execPath, [script, 'start', '--folder', folder, ...more]);
  return JSON.parse(stdout) as Started;
}

/** As soon as it listens: one that is idle soon may have ended by the time that it is said to have started. */
async function connectedEarly(): Promise<Writer> {
  for (;;) {
    const writer = await Writer.connect(socketPath(folder)).catch(() => null);
    if (writer !== null) return writer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function servingPid(): Promise<number | null> {
  const socket = await tryConnect(socketPath(folder));
  if (socket === null) return null;
  const decode = decoder(fromAgentSchema);
  socket.write(
    encode({ kind: 'hello', protocol: protocolVersion, ledger: 'who', owner: '', term: 0, role: 'reader' }),
  );
  const [first] = decode(String((await once(socket, 'data'))[0]));
  socket.destroy();
  return first?.kind === 'welcome' ? first.facts.pid : null;
}

async function endAndWait(pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const stop = async (child: ChildProcess): Promise<void> => {
  child.kill();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

it('calls nothing that Node 16 lacks: methods are not lowered as syntax is', () => {
  const calls = readFileSync(join(import.meta.dirname, '../../dist/agent.mjs'), 'utf8').match(
    /\.(?:toSorted|toReversed|toSpliced|findLast|findLastIndex)\(/g,
  );
  expect(calls).toBe(null);
});

describe('start', () => {
  it('brings an agent up that outlives it, and answers with the same one the second time', async () => {
    const first = await start();
    expect(first).toMatchObject({
      socket: socketPath(folder),
      build: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(isAlive(first.pid)).toBe(true);
    expect(await start()).toEqual(first);
  });

  it('of many at once brings up one', async () => {
    const started = await Promise.all([start(), start(), start()]);
    expect(new Set(started.map(({ pid }) => pid)).size).toBe(1);
  });

  it('replaces a socket that a crash has left', async () => {
    const { pid } = await start();
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect(existsSync(socketPath(folder))).toBe(true);
    const second = await start();
    expect(second.pid).not.toBe(pid);
    expect(await servingPid()).toBe(second.pid);
  });

  it('replaces an older build, whose trials run on; and is content with a newer one', async () => {
    const older = join(bundles, 'older.mjs');
    writeFileSync(
      older,
      `${readFileSync(join(import.meta.dirname, '../../dist/agent.mjs'), 'utf8')}\n// another build\n`,
    );
    utimesSync(older, 1_000, 1_000);
    const first = await start(older);
    const writer = await Writer.connect(first.socket);
    await writer.greet();
    const gate = join(folder, 'gate');
    writer.lease(launchOf([fixture('waits-for-file'), gate]), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');

    const second = await start();
    expect(second.build).not.toBe(first.build);
    // It may be dead and not yet waited for by process 1.
    await expect.poll(() => isAlive(first.pid), { timeout: 5_000 }).toBe(false);
    const again = await Writer.connect(second.socket);
    expect(await again.greet(2)).toMatchObject({ running: [{ attempt: 'a-1' }] });
    expect(await start(older)).toEqual(second);
    writeFileSync(gate, '');
    await again.ended('a-1');
    writer.close();
    again.close();
  });

  it('takes its own file where that of the newer build that served last is torn', async () => {
    const newer = join(bundles, 'newer.mjs');
    writeFileSync(
      newer,
      `${readFileSync(join(import.meta.dirname, '../../dist/agent.mjs'), 'utf8')}\n// another build\n`,
    );
    const { pid, build } = await start(newer);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    const own = join(
      bundles,
      `${createHash('sha256').update(readFileSync(agent)).digest('hex').slice(0, 16)}.mjs`,
    );
    copyFileSync(agent, own);
    utimesSync(own, 1_000, 1_000);
    writeFileSync(join(bundles, `${build}.mjs`), readFileSync(newer).subarray(0, 1_000));
    expect((await start(own)).build).not.toBe(build);
  });

  it('says in a sentence why there is none', async () => {
    const file = join(folder, 'file');
    copyFileSync(agent, file);
    const failed = run(process.execPath, [agent, 'start', '--folder', join(file, 'below')]);
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^E[A-Z]+: .*below'\n$/),
    });
  });
});

describe('an agent', () => {
  it('keeps its folder and its socket to its user', async () => {
    const { socket } = await start();
    expect(statSync(join(folder, 'host')).mode & 0o077).toBe(0);
    expect(statSync(socket).mode & 0o077).toBe(0);
  });

  it('ends by itself when it is idle, and not before', async () => {
    const starting = start(agent, '--idle-ms', '300');
    const writer = await connectedEarly();
    await writer.greet();
    const { pid } = await starting;
    await writer.run('a-1', launchOf([fixture('sleeps'), '0.5']));
    expect(isAlive(pid)).toBe(true);
    writer.close();
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect(existsSync(socketPath(folder))).toBe(false);
    const again = await start();
    const next = await Writer.connect(again.socket);
    expect(await next.greet(2)).toMatchObject({ ended: [{ attempt: 'a-1' }] });
    next.close();
  });

  it('closes a connection that does not speak the protocol, and serves the others', async () => {
    const { socket } = await start();
    const stranger = await tryConnect(socket);
    stranger?.write('GET / HTTP/1.1\r\n\r\n');
    if (stranger !== null) await once(stranger, 'close');
    expect(await servingPid()).not.toBeNull();
  });
});

describe('relay', () => {
  it('joins standard input and output to the agent, behind a marker', async () => {
    await start();
    const relay = spawn(process.execPath, [agent, 'relay', '--folder', folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    relay.stdin.write(
      encode({ kind: 'hello', protocol: protocolVersion, ledger: 'l', owner: '', term: 0, role: 'reader' }),
    );
    let text = '';
    relay.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await expect.poll(() => text.includes('"kind":"state"'), { timeout: 5_000 }).toBe(true);
    expect(text.startsWith(relayMarker)).toBe(true);
    await stop(relay);
  });

  it('says that nobody serves the folder', async () => {
    const failed = run(process.execPath, [agent, 'relay', '--folder', folder]);
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stderr: 'no agent serves this folder; start one\n',
    });
  });
});

describe('the command line', () => {
  it('refuses what it does not know, with its usage', async () => {
    for (const words of [['serve'], ['stop', '--folder', 'x'], ['serve', '--folder', 'x', '--fast', '1']])
      await expect(run(process.execPath, [agent, ...words])).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('usage: agent.mjs'),
      });
  });
});
