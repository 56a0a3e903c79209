import { nodePath } from './node-path.ts';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from './agent.ts';
import { buildOf, readAgentFile, writeAgentFile } from './agent-file.ts';
import { AgentLog, describeError } from './agent-log.ts';
import { EarlyPeers } from './early-peers.ts';
import { Endpoint } from './endpoint.ts';
import { BearingFolder } from './bearing/bearing-folder.ts';
import { commonFolder } from './claims/common-folder.ts';
import { thisProcess } from './folder/holder.ts';
import { takeFolder } from './folder/lock.ts';
import { Presence } from './folder/presence.ts';
import { type Replayed, replay } from './replay.ts';
import { type HostFolder, openHostFolder } from './spool/host-folder.ts';
import { machineName } from './spool/machine-name.ts';
import { tidy } from './spool/tidy.ts';
import { launcherCommand } from './supervisor/launch-trials.ts';
import { TrialEnvironment } from './supervisor/trial-environment.ts';
import { diskTotal } from './telemetry/disk-free.ts';
import { ControlGroups } from './telemetry/control-groups.ts';
import { bootId, usableCpus, userName } from './telemetry/host-facts.ts';
import { readMemory } from './telemetry/host-memory.ts';

export interface ServeOptions {
  readonly folder: string;
  /** The agent's own file: what its build is told by. */
  readonly script: string;
  readonly idleMs: number;
  readonly procRoot: string;
  readonly holdFile: string;
  /** Called once it can be connected to, or leaves to another that serves the folder. */
  readonly listening: () => void;
}

const lastWordsMs = 100;
/** After a journal that could not be read: the next try. */
const retryMs = 1_000;

/** The host's monotonic clock, in milliseconds since its boot. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * The daemon: serves a folder until it is idle or told to end. Trials outlive it. Once it listens, it goes on whatever
 * it finds in its folder, and says what is wrong.
 *
 * @throws the system's error when the folder or the socket cannot be used
 */
export async function serve({
  folder,
  script,
  idleMs,
  procRoot,
  holdFile,
  listening,
}: ServeOptions): Promise<void> {
  const umask = process.umask(0o077);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const real = realpathSync(folder);
  process.chdir('/'); // a daemon keeps nobody from unmounting where it was started
  process.on('SIGHUP', () => {}); // the terminal that it was started from is none of its business
  const machine = machineName(real);
  const host = openHostFolder(real, machine);
  const build = buildOf(script);
  const own = thisProcess(build.build);
  const taken = await takeFolder(host.root, own);
  if (taken.kind === 'held') return listening();
  const early = new EarlyPeers();
  let serving: Agent | null = null;
  const log = new AgentLog(host.agentLog);
  const environment = new TrialEnvironment(process.env, umask, log);
  const endpoint = new Endpoint(real, (socket) => {
    if (serving === null) early.add(socket);
    else void admit(socket, environment, serving);
  });
  // An agent of a build that knows no lock: whoever starts this one asks it to end first.
  if (!(await endpoint.open())) return listening();
  listening();

  log.write(`serves ${real}, build ${build.build}, Node ${process.version}`);
  process.on('uncaughtException', (error) => {
    log.write(
      `a fault of the agent, which ends so that the next one begins from the journal: ${describeError(error)}`,
    );
    process.exit(1);
  });
  const presence = new Presence({
    lock: taken.lock,
    endpoint,
    now,
    log,
    sayWho: () => {
      const { pid, startTime } = own;
      const said = readAgentFile(host.agentFile);
      if (said?.pid === pid && said.startTime === startTime) return;
      writeAgentFile(host.agentFile, { pid, startTime, node: nodePath, ...build });
    },
    lost: () => {
      log.write('ends at once: another agent serves this folder');
      process.exit(0);
    },
  });
  await environment.refresh();
  const groups = new ControlGroups();
  const memory = readMemory(procRoot, groups);
  const facts = {
    machine,
    bootId: bootId(),
    cpus: usableCpus(groups),
    memoryBytes: memory.totalBytes,
    memoryOfGroup: memory.ofGroup,
    diskBytes: diskTotal(real),
    node: process.version,
    folder: real,
    pid: process.pid,
    build: build.build,
    user: userName(),
    gpus: null,
    gpuProblem: null,
    gpusBroken: false,
    environmentProblem: environment.problem,
  };
  const replayed = await replayWhatIsThere(host, facts, early, log);
  let isEnding = false;
  const end = (why: string): void => {
    if (isEnding) return;
    isEnding = true;
    log.write(`ends: ${why}`);
    presence.close();
    agent.end();
    // Its trials are its children and would keep it; its peers have what was sent to them by then.
    setTimeout(() => process.exit(0), lastWordsMs);
  };
  const agent = new Agent({
    host,
    replayed,
    launcher: launcherCommand(),
    path: process.env['PATH'] ?? '',
    login: () => environment.current,
    procRoot,
    groups,
    claimsFolder: commonFolder,
    holdFile,
    bearing: new BearingFolder(facts.bootId, log),
    idleMs,
    now,
    log,
    mayAct: () => {
      // Who is connected finds or brings another Node, and starts the next agent by that; alone, this one does what it can.
      const mayStart = serving?.isConnected !== true || existsSync(nodePath);
      if (!mayStart) setImmediate(() => end(`its Node was removed: ${nodePath}`));
      return presence.isHeld && mayStart;
    },
    idle: (isHeld) => {
      tidy(host, isHeld);
      end('idle');
    },
  });
  serving = agent;
  for (const socket of early.handOver()) agent.accept(socket, environment.problem);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(signal));
}

/** Who connects after an edit of a login file finds that edit in use. */
async function admit(socket: Socket, environment: TrialEnvironment, agent: Agent): Promise<void> {
  socket.on('error', () => {}); // who takes it over hears of its end
  await new Promise((resolve) => socket.once('readable', resolve).once('close', resolve));
  // Who only looked whether somebody answers, as each start of an agent does.
  if (socket.readableLength === 0) return void socket.destroy();
  await environment.refresh();
  if (!socket.destroyed) agent.accept(socket, environment.problem);
}

/** Without its journal an agent would not know what runs: it waits until it can read that, and says so. */
async function replayWhatIsThere(
  host: HostFolder,
  facts: Parameters<typeof replay>[1],
  early: EarlyPeers,
  log: AgentLog,
): Promise<Replayed> {
  for (let complaint = ''; ; await pause(retryMs)) {
    try {
      const replayed = await replay(host.journal, facts, (ms) => {
        if (ms >= retryMs)
          early.tell(`its agent has read its long journal in ${host.root} for ${Math.round(ms / 1_000)} s`);
      });
      if (replayed.torn > 0) log.write(`the journal has ${replayed.torn} torn lines, which do not count`);
      return replayed;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      early.tell(`its agent cannot read ${host.journal} (${because}): nothing starts before it can`);
      if (because !== complaint) log.write(`the journal cannot be read: ${describeError(error)}`);
      complaint = because;
    }
  }
}
