import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, dirname, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { commandLine } from './command-line.ts';
import { collected, endless } from './endless.ts';
import {
  type AgentAddress,
  type ExecResult,
  type OnProgress,
  type Transport,
  TransportError,
} from './transport.ts';

/** This machine: no connection to lose, but the same agent in a process of its own, spoken to over its socket. */
export function localTransport(): Transport {
  return {
    exec,
    put: (localPath, hostPath, onProgress) => copyWhole(localPath, atHome(hostPath), onProgress),
    get: (hostPath, localPath, onProgress) => copyWhole(atHome(hostPath), localPath, onProgress),
    attach,
    close: async () => {},
  };
}

const atHome = (path: string): string => resolve(homedir(), path);

async function exec(argv: readonly string[], stdin = ''): Promise<ExecResult> {
  commandLine(argv);
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'pipe', cwd: homedir(), env: ofTheUser(process.env) });
    const stop = (): void => {
      child.kill('SIGKILL');
      reject(endless('this machine', 'the answer to a command'));
    };
    const [stdout, stderr] = [collected(child.stdout, stop), collected(child.stderr, stop)];
    child.on('error', (cause) =>
      reject(new TransportError('command', `${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code) => resolve({ code, stdout: stdout.text, stderr: stderr.text }));
    child.stdin.on('error', () => {}); // it may end without reading: its exit code says what there is to say
    child.stdin.end(stdin);
  });
}

/**
 * Without what `npm run` and npx add (npm-run-script(1)): the agent keeps its environment for all that its trials inherit,
 * and outlives the checkout whose node_modules stand on that PATH.
 */
function ofTheUser(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !/^(npm_.*|INIT_CWD|NODE)$/.test(name));
  const path = (environment['PATH'] ?? '').split(delimiter);
  const lasting = path.filter((folder) => !/\/node_modules\/(.*\/)?(\.bin|node-gyp-bin)$/.test(folder));
  return { ...Object.fromEntries(kept), PATH: lasting.join(delimiter) };
}

async function copyWhole(from: string, to: string, onProgress?: OnProgress): Promise<void> {
  const part = `${to}.part-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await copyFile(from, part, constants.COPYFILE_FICLONE);
    const { size, mode } = await stat(part);
    await chmod(part, (mode & 0o100) === 0 ? 0o600 : 0o700);
    await sync(part);
    await rename(part, to);
    onProgress?.(size);
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {}); // what went wrong first is what counts
    throw new TransportError('io', `cannot copy ${from} to ${to}: ${messageOf(cause)}`, { cause });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function attach(agent: AgentAddress): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(agent.socket);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause) =>
      reject(
        new TransportError('unreachable', `the agent at ${agent.socket} does not answer: ${cause.message}`, {
          cause,
        }),
      ),
    );
  });
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
