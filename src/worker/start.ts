import type { ProcessIdentity } from './core/held-attempt.ts';
import { nodePath } from './node-path.ts';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type AgentFile, buildOf, isOlder, readAgentFile } from './agent-file.ts';
import { socketPath, tryConnect } from './endpoint.ts';
import type { Holder } from './folder/holder.ts';
import { seenHolder } from './folder/lock.ts';
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
/** By then an agent has its socket again, and has said who it is, unless it cannot. */
const settleMs = 3_000;
/** Young objects in 1 MB, not in 16: it costs no time that can be measured, and is 10 MB less on each host. */
const smallMemory = '--max-semi-space-size=1';

/**
 * Sees to it that an agent of this build, or of one that came later, serves the folder: answers as soon as it listens.
 * An older one is told to end, and so is one that lives and cannot be reached, or whose Node was removed, since it could
 * start no launcher and no trial by it; its trials are found again by the new one.
 * Who asks with an older one gets the newer.
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
  const root = join(real, 'host', machineName(real));
  const agentFile = join(root, 'agent.json');
  const own = buildOf(script);
  const deadline = performance.now() + patienceMs;
  /** Who was found to live and not be as an agent should, and since when. */
  let odd = { pid: 0, since: 0 };
  const isSettled = ({ pid }: ProcessIdentity): boolean => {
    if (odd.pid !== pid) odd = { pid, since: performance.now() };
    return performance.now() - odd.since >= settleMs;
  };
  while (performance.now() < deadline) {
    const connection = await tryConnect(socket);
    connection?.destroy();
    const file = readAgentFile(agentFile);
    const serving = file !== null && isSameProcess(file) && serves(file.pid, real) ? file : null;
    const living = livingAgent(root) ?? serving;
    if (connection !== null && serving !== null) {
      if (!isOlder(serving, own) && hasNode(serving))
        return { socket, pid: serving.pid, build: serving.build };
      await endAndWait(serving, deadline);
    } else if (connection !== null && living !== null && isSettled(living)) {
      // It cannot write down who it is, and says so to whoever connects.
      return { socket, pid: living.pid, build: living.build };
    } else if (connection !== null || (living !== null && !isSettled(living))) await pause(5);
    else if (living !== null) await endAndWait(living, deadline);
    else await spawnServe(real, newest(script, file), serveArguments);
  }
  throw new AgentStartError(
    `no agent answers at ${socket} after ${patienceMs / 1000} s; see ${agentFile} and agent.log beside it`,
  );
}

/** Whether a process is an agent of the folder, as far as its arguments can be read. */
function serves(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`\0serve\0--folder\0${folder}\0`);
  } catch {
    return true;
  }
}

/** Agents of earlier builds do not say which they run by. */
const hasNode = ({ node }: AgentFile): boolean => node === '' || existsSync(node);

/** The agent that holds the folder's lock; null where none does that can be seen here, or the folder is new. */
function livingAgent(root: string): Holder | null {
  try {
    return seenHolder(root);
  } catch {
    return null;
  }
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

/** Where nobody waits for it, a process that has ended keeps its number for ever. */
const numberKeptMs = 200;

/** An agent that was stopped hears of it only once it goes on; one that hangs is killed, as a crash would. */
async function endAndWait(agent: ProcessIdentity, deadline: number): Promise<void> {
  try {
    process.kill(agent.pid, 'SIGTERM');
    process.kill(agent.pid, 'SIGCONT');
    const killAt = Math.min(deadline, performance.now() + settleMs);
    while (isSameProcess(agent) && performance.now() < killAt) await pause(5);
    if (isSameProcess(agent)) process.kill(agent.pid, 'SIGKILL');
    while (isSameProcess(agent) && performance.now() < deadline) await pause(5);
    const goneAt = performance.now();
    while (performance.now() - goneAt < numberKeptMs && process.kill(agent.pid, 0)) await pause(5);
  } catch {
    // Gone.
  }
}

/** Resolves when it listens or leaves to another that does. */
function spawnServe(folder: string, script: string, serveArguments: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv = [smallMemory, script, 'serve', '--folder', folder, ...serveArguments];
    const child = spawn(nodePath, argv, {
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
