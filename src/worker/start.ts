import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type AgentFile, buildOf, isOlder, readAgentFile } from './agent-file.ts';
import { socketPath, tryConnect } from './endpoint.ts';
import { isSameProcess } from './supervisor/session.ts';
import { machineName } from './spool/machine-name.ts';

export interface Started {
  readonly socket: string;
  readonly pid: number;
  readonly build: string;
}

/** The agent did not come up; what it said of it is in the message. */
class AgentStartError extends Error {
  readonly code = 'AGENT_START';
  override readonly name = 'AgentStartError';
}

const patienceMs = 15_000;
/** Young objects in 1 MB, not in 16: it costs no time that can be measured, and is 10 MB less on each host. */
const smallMemory = '--max-semi-space-size=1';

/**
 * Sees to it that an agent of this build, or of one that came later, serves the folder: answers as soon as it listens.
 * An older one is told to end; its trials are found again by the new one. Who asks with an older one gets the newer.
 *
 * @param serveArguments what `serve` is started with besides the folder
 * @throws AgentStartError
 */
export async function start(
  folder: string,
  script: string,
  serveArguments: readonly string[],
): Promise<Started> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const real = realpathSync(folder);
  const socket = socketPath(real);
  const agentFile = join(real, 'host', machineName(real), 'agent.json');
  const own = buildOf(script);
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const connection = await tryConnect(socket);
    if (connection !== null) {
      connection.destroy();
      const serving = readAgentFile(agentFile);
      // It listens before it says who it is.
      if (serving === null || !isSameProcess(serving)) await pause(5);
      else if (!isOlder(serving, own)) return { socket, pid: serving.pid, build: serving.build };
      else await endAndWait(serving.pid, deadline);
    } else await spawnServe(real, newest(script, readAgentFile(agentFile)), serveArguments);
  }
  throw new AgentStartError(
    `no agent answers at ${socket} after ${patienceMs / 1000} s; see ${agentFile} and agent.log beside it`,
  );
}

/**
 * The agent that serves next: what served last may be newer than the one at hand, and understand what it left in the
 * folder as no older one does.
 */
function newest(script: string, last: AgentFile | null): string {
  const other = last === null ? script : join(dirname(script), `${last.build}.mjs`);
  return last !== null && isOlder(buildOf(script), last) && isWhole(other, last) ? other : script;
}

/** A power loss may have left a part of it. */
function isWhole(file: string, { build }: AgentFile): boolean {
  try {
    return buildOf(file).build === build;
  } catch {
    return false;
  }
}

async function endAndWait(pid: number, deadline: number): Promise<void> {
  try {
    process.kill(pid, 'SIGTERM');
    while (performance.now() < deadline && process.kill(pid, 0)) await pause(5);
  } catch {
    // Gone.
  }
}

/** Resolves when it listens or leaves to another that does. */
function spawnServe(folder: string, script: string, serveArguments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv = [smallMemory, script, 'serve', '--folder', folder, ...serveArguments];
    const child = spawn(process.execPath, argv, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.stdout.once('data', () => {
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      resolve();
    });
    child.once('error', (cause) =>
      reject(new AgentStartError(`${script} cannot be started: ${cause.message}`, { cause })),
    );
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new AgentStartError(`the agent ended at once: ${complaint.trim() || `exit code ${String(code)}`}`),
        );
    });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
