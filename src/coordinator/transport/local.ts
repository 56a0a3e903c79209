import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, copyFile, mkdir, rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { type AgentAddress, type ExecResult, type Transport, TransportError } from './transport.ts';

/** This machine: no connection to lose, but the same agent in a process of its own, spoken to over its socket. */
export function localTransport(): Transport {
  return { exec, put, exists, attach, close: async () => {} };
}

function exec(argv: readonly string[], stdin = ''): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, { stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', (cause) =>
      reject(new TransportError(`${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code) => resolve({ code, ...output }));
    child.stdin.on('error', () => {}); // it may end without reading: its exit code says what there is to say
    child.stdin.end(stdin);
  });
}

async function put(localPath: string, hostPath: string): Promise<void> {
  const part = `${hostPath}.part-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(dirname(hostPath), { recursive: true, mode: 0o700 });
    await copyFile(localPath, part);
    await rename(part, hostPath);
  } catch (cause) {
    throw new TransportError(`cannot write ${hostPath}: ${messageOf(cause)}`, { cause });
  }
}

const exists = (hostPath: string): Promise<boolean> =>
  access(hostPath).then(
    () => true,
    () => false,
  );

function attach(agent: AgentAddress): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect(agent.socket);
    socket.once('connect', () => resolve(socket));
    socket.once('error', (cause) =>
      reject(new TransportError(`the agent at ${agent.socket} does not answer: ${cause.message}`, { cause })),
    );
  });
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
