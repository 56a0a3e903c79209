import { mkdirSync, realpathSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import * as os from 'node:os';
import { Agent } from './agent.ts';
import { buildOf, writeAgentFile } from './agent-file.ts';
import { AgentLog, describeError } from './agent-log.ts';
import { listen, socketPath } from './endpoint.ts';
import { commonFolder } from './claims/claims.ts';
import { openHostFolder } from './spool/host-folder.ts';
import { machineName } from './spool/machine-name.ts';
import { tidy } from './spool/tidy.ts';
import { inherited } from './supervisor/environment.ts';
import { readLoginEnvironment } from './supervisor/login-environment.ts';
import { launcherCommand } from './supervisor/launch-trials.ts';
import { bootId, usableCpus, userName } from './telemetry/host-facts.ts';
import { readProcessStat } from './telemetry/process-stat.ts';

export interface ServeOptions {
  readonly folder: string;
  /** The agent's own file: what its build is told by. */
  readonly script: string;
  readonly idleMs: number;
  readonly procRoot: string;
}

const lastWordsMs = 100;

/**
 * The daemon: serves a folder until it is idle or told to end. Trials outlive it.
 *
 * @returns false where another agent serves the folder already
 * @throws the system's error when the folder or the socket cannot be used
 */
export async function serve({ folder, script, idleMs, procRoot }: ServeOptions): Promise<boolean> {
  process.umask(0o077);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const real = realpathSync(folder);
  process.chdir('/'); // a daemon keeps nobody from unmounting where it was started
  const early: Socket[] = [];
  let serving: Agent | null = null;
  const server = createServer((socket) => {
    if (serving === null) early.push(socket);
    else serving.accept(socket);
  });
  if (!(await listen(server, socketPath(real)))) {
    server.close();
    return false;
  }
  const asked = readLoginEnvironment(process.env);
  const machine = machineName(real);
  const host = openHostFolder(real, machine);
  const log = new AgentLog(host.agentLog);
  const build = buildOf(script);
  const startTime = readProcessStat('self')?.startTime ?? null;
  writeAgentFile(host.agentFile, { pid: process.pid, startTime, node: process.execPath, ...build });
  log.write(`serves ${real}, build ${build.build}, Node ${process.version}`);

  const end = (why: string): void => {
    log.write(`ends: ${why}`);
    server.close();
    agent.end();
    // Its trials are its children and would keep it; its peers have what was sent to them by then.
    setTimeout(() => process.exit(0), lastWordsMs);
  };
  const login = await asked;
  if (login.kind === 'unread') log.write(`trials have the agent's own environment: ${login.because}`);
  const agent = new Agent({
    host,
    facts: {
      machine,
      bootId: bootId(),
      cpus: usableCpus(),
      memoryBytes: os.totalmem(),
      node: process.version,
      folder: real,
      pid: process.pid,
      build: build.build,
      user: userName(),
    },
    launcher: launcherCommand(),
    path: process.env['PATH'] ?? '',
    environment: inherited(login.kind === 'read' ? login.environment : process.env),
    procRoot,
    claimsFolder: commonFolder,
    idleMs,
    now: () => Number(process.hrtime.bigint()) / 1e6,
    log,
    idle: (isHeld) => {
      tidy(host, isHeld);
      end('idle');
    },
  });
  serving = agent;
  for (const socket of early) agent.accept(socket);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(signal));
  process.on('SIGHUP', () => {}); // the terminal that it was started from is none of its business
  process.on('uncaughtException', (error) => {
    log.write(
      `a fault of the agent, which ends so that the next one begins from the journal: ${describeError(error)}`,
    );
    process.exit(1);
  });
  return true;
}
