import type * as processes from 'node:child_process';
import type * as files from 'node:fs';
import type { Inheritance, LaunchReport, StartRequest } from './launch-report.ts';
import { wrapper } from './wrapper.ts';

/** A small young generation, and no helpers that collect garbage. */
const smallMemory = ['--max-semi-space-size=1', '--v8-pool-size=0'];

/** The command that starts trials for the process whose child it is. */
export const launcherCommand = (): string[] => [
  process.execPath,
  ...smallMemory,
  '-e',
  `(${launchTrials.toString()})(require, ${JSON.stringify(wrapper)})`,
];

/**
 * All that a launcher does: it starts trials for the agent whose child it is, tells how they went, and ends with its
 * agent; trials run on.
 *
 * It is handed to Node as text, so it refers to nothing outside of itself, and nothing else is in that process's
 * memory: Node forks to start a program, a fork copies the page tables of all that the parent holds, and 10 MB more
 * cost a trial 0.4 ms.
 */
function launchTrials(load: NodeJS.Require, script: string): void {
  const { spawn }: typeof processes = load('node:child_process');
  const { closeSync, openSync }: typeof files = load('node:fs');
  process.title = 'labsweep launcher';
  const agent = process.ppid;
  // Each look at `process.env` would ask the system for every variable.
  let inherited = { ...process.env };

  const report = (said: LaunchReport): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

  const fail = (attempt: string, error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    const message = error instanceof Error ? error.message : String(error);
    report({ kind: 'failed', attempt, code, message });
  };

  /** Its own session, so that one signal reaches all of it; its output to a file, since it outlives the agent. */
  const startWrapper = ({ argv, workFolder, log, environment }: StartRequest): processes.ChildProcess => {
    const output = openSync(log, 'a', 0o600);
    try {
      return spawn('/bin/sh', ['-c', script, 'labsweep', ...argv], {
        cwd: workFolder,
        env: { ...inherited, ...environment },
        detached: true,
        stdio: ['ignore', output, output],
      });
    } finally {
      closeSync(output);
    }
  };

  const start = (request: StartRequest): void => {
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
  };

  let rest = '';
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      // What a dead agent has asked for, its successor holds for never started.
      if (process.ppid !== agent) process.exit();
      const request: Inheritance | StartRequest = JSON.parse(line);
      if (request.kind === 'inherit') inherited = { ...request.environment };
      else start(request);
    }
  });
  process.stdin.on('end', () => process.exit());
  process.stdout.on('error', () => process.exit());
}
