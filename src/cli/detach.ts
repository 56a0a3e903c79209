/** A coordinator that nobody looks at: a process of its own, in a session of its own, which outlives the terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readLive } from '../ledger/store/live-file.ts';
import type { Console } from './console.ts';
import { type ExitCode, exitCode } from './exit.ts';
import { writeOrAsk } from './hand-over.ts';
import type { Lab } from './lab.ts';
import { commandFile } from './package-files.ts';
import type { RunRequest } from './run-request.ts';
import { openSession } from './session.ts';

const logName = 'coordinator.log';
const pollMs = 50;
/** For so long the new process is waited for; a slow disk makes it late, which is no failure. */
const patienceMs = 10_000;
const linesShown = 20;

/**
 * Declares the sweep here, so that whatever is against it is said here, then leaves it to a coordinator in the
 * background, or to the one that holds the ledger already.
 */
export async function runDetached(
  console: Console,
  { folder, store, lab, sweep, command, breakLock }: Omit<RunRequest, 'reporter' | 'foreground'>,
): Promise<ExitCode> {
  const entered = await writeOrAsk(console, folder, command, breakLock);
  if (entered.kind === 'answered') {
    const { answer, holder } = entered;
    console.err(`${answer} in the coordinator that holds the ledger (process ${holder.pid}).\n${how(sweep)}`);
    return exitCode.done;
  }
  const session = await openSession({
    folder,
    store,
    hosts: lab.hosts,
    inventory: null,
    writer: entered.writer,
    onCommitted: () => {},
  });
  try {
    await Promise.race([session.coordinator.ask(command), session.failed]);
  } finally {
    await session.close();
  }
  const log = join(folder, logName);
  const child = leaveBehind(folder, log, sweep, lab);
  const ended = await untilItRuns(child, folder);
  if (ended !== null) {
    console.err(`The coordinator ended at once:\n${endOf(log)}`);
    return ended;
  }
  console.err(
    `${sweep} runs in the background (process ${child.pid}), which says in ${log} how.\n${how(sweep)}`,
  );
  return exitCode.done;
}

const how = (sweep: string): string =>
  `\`labsweep status\` shows how far it is, \`labsweep resume ${sweep}\` follows it, \`labsweep stop ${sweep}\` ends it.\n`;

function leaveBehind(folder: string, log: string, sweep: string, { inventory }: Lab): ChildProcess {
  // It may have been found from the sweep file, which `resume` does not know.
  const named = inventory === null ? [] : ['--inventory', inventory.path];
  const file = openSync(log, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [commandFile, 'resume', sweep, '--state', folder, ...named], {
      detached: true,
      stdio: ['ignore', file, file],
    });
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}

/** @returns null once it coordinates, or is through already; how it ended where that was not well */
async function untilItRuns(child: ChildProcess, folder: string): Promise<ExitCode | null> {
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (child.exitCode !== null) return child.exitCode === 0 ? null : exitCode.failedInPart;
    if (child.signalCode !== null) return exitCode.failedInPart;
    if (readLive(folder)?.live.pid === child.pid) return null;
    await pause(pollMs);
  }
  return null;
}

const endOf = (log: string): string =>
  `${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-linesShown).join('\n')}\n`;
