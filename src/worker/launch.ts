import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LaunchReport, StartRequest } from './supervisor/launch-report.ts';
import { wrapper } from './supervisor/wrapper.ts';

/** Each look at `process.env` asks the system for every variable. */
const inherited = { ...process.env };

/**
 * Starts trials for the agent whose child this process is, and tells how they went. It has nothing in memory but
 * that: Node forks to start a program, a fork copies the page tables of all that the parent holds, and with an agent's
 * 40 MB a trial's start takes twice as long.
 *
 * Ends with its agent; trials run on.
 */
export function launchTrials(): void {
  const agent = process.ppid;
  const end = (): never => process.exit(0);
  process.stdout.on('error', end);
  createInterface(process.stdin)
    .on('line', (line) => {
      // What a dead agent has asked for, its successor holds for never started.
      if (process.ppid !== agent) end();
      const request: StartRequest = JSON.parse(line);
      start(request);
    })
    .on('close', end);
}

function start(request: StartRequest): void {
  const { attempt } = request;
  try {
    const child = startWrapper(request);
    child.once('error', (error) => fail(attempt, error));
    if (child.pid === undefined) return;
    report({ kind: 'started', attempt, pid: child.pid });
    child.once('exit', () => report({ kind: 'exited', attempt }));
  } catch (error) {
    fail(attempt, error);
  }
}

/** Its own session, so that one signal reaches all of it; its output to a file, since it outlives the agent. */
function startWrapper({ argv, workFolder, log, environment }: StartRequest): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  try {
    return spawn('/bin/sh', ['-c', wrapper, 'labsweep', ...argv], {
      cwd: workFolder,
      env: { ...inherited, ...environment },
      detached: true,
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

function fail(attempt: string, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  report({ kind: 'failed', attempt, code, message: error instanceof Error ? error.message : String(error) });
}

const report = (said: LaunchReport): void => void process.stdout.write(`${JSON.stringify(said)}\n`);
