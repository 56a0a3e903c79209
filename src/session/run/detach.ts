/** A coordinator that nobody looks at: a process of its own, in a session of its own, which outlives the terminal. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Asked } from '../../coordinator/core/command.ts';
import { readLive } from '../../ledger/store/live-file.ts';
import type { Caller } from '../caller.ts';
import { writeOrAsk } from './hand-over.ts';
import type { Lab } from '../lab/lab.ts';
import { commandFile } from '../package-files.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { RunOrder } from './run-request.ts';
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
  caller: Caller,
  { folder, store, lab, awaited, command, breakLock }: RunOrder,
): Promise<RunOutcome> {
  const sweep = awaited[0]?.sweep ?? '';
  const entered = await writeOrAsk(caller, folder, command, breakLock);
  if (entered.kind === 'answered') {
    const { answer, holder } = entered;
    caller.tell(
      `${answer} in the coordinator that holds the ledger (process ${holder.pid}).\n${how([sweep])}`,
    );
    return 'done';
  }
  const session = await openSession({
    folder,
    store,
    hosts: lab.hosts,
    inventory: null,
    writer: entered.writer,
    onCommitted: () => {},
  });
  let left: Asked[] = [];
  try {
    await Promise.race([session.serve(command), session.failed]);
  } finally {
    left = await session.close();
  }
  // What is done already, or fits no host, is said in the log.
  const own = awaited.map(({ sweep: name, trials }) => ({ sweep: name, trials: trials && [...trials] }));
  const begun = await startBehind(folder, left.length > 0 ? left : own, lab);
  if (begun.kind === 'ended') {
    caller.tell(`The coordinator ended at once:\n${begun.log}`);
    return 'failed-in-part';
  }
  caller.tell(`${sweep} runs ${placeOf(begun)}.\n${how([sweep])}`);
  return 'done';
}

/** Says what becomes of sweeps that others have asked for. */
export function sayHandedOn(caller: Caller, asked: readonly Asked[], begun: Behind): void {
  const sweeps = asked.map(({ sweep }) => sweep);
  caller.tell(
    begun.kind === 'ended'
      ? `The coordinator that ${sweeps.join(', ')} should go on in ended at once:\n${begun.log}`
      : `${sweeps.join(', ')} ${sweeps.length === 1 ? 'goes' : 'go'} on ${placeOf(begun)}.\n${how(sweeps)}`,
  );
}

const placeOf = ({ pid, log }: Extract<Behind, { kind: 'runs' }>): string =>
  log === null ? `in process ${pid}` : `in the background (process ${pid}), which says in ${log} how`;

function how(sweeps: readonly string[]): string {
  const each = (verb: string): string => sweeps.map((sweep) => `\`labsweep ${verb} ${sweep}\``).join(', ');
  const [it, follows, ends] = sweeps.length === 1 ? ['it', 'follows', 'ends'] : ['they', 'follow', 'end'];
  const them = it === 'it' ? 'it' : 'them';
  return `\`labsweep status\` shows how far ${it} ${it === 'it' ? 'is' : 'are'}, ${each('resume')} ${follows} ${them}, ${each('stop')} ${ends} ${them}.\n`;
}

export type Behind =
  /** `log` is null where another process was faster, whose terminal may be there. */
  | { readonly kind: 'runs'; readonly pid: number | undefined; readonly log: string | null }
  /** `log`: its last words. */
  | { readonly kind: 'ended'; readonly log: string };

/** Starts a coordinator in the background for sweeps that this process leaves. The ledger is given back by now. */
export async function startBehind(folder: string, asked: readonly Asked[], lab: Lab): Promise<Behind> {
  const log = join(folder, logName);
  const child = spawnBehind(folder, log, lab);
  child.stdin?.on('error', () => {}); // told by how it ends
  child.stdin?.end(JSON.stringify(asked));
  if (!(await runsOn(child, folder))) return { kind: 'ended', log: endOf(log) };
  const pid = readLive(folder)?.live.pid ?? child.pid;
  return { kind: 'runs', pid, log: pid === child.pid ? log : null };
}

function spawnBehind(folder: string, log: string, { inventory }: Lab): ChildProcess {
  // It may have been found from the sweep file, which this process does not know.
  const named = inventory === null ? [] : ['--inventory', inventory.path];
  const file = openSync(log, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [commandFile, 'coordinate', '--state', folder, ...named], {
      detached: true,
      stdio: ['pipe', file, file],
    });
    // Of a Node that was removed meanwhile; its exit code says that it did not run.
    child.once('error', ({ message }) => appendFileSync(log, `${message}\n`, { mode: 0o600 }));
    child.unref();
    return child;
  } finally {
    closeSync(file);
  }
}

/** Waits until it coordinates, or is through already. @returns false where it has ended, and not well */
async function runsOn(child: ChildProcess, folder: string): Promise<boolean> {
  for (let waited = 0; waited < patienceMs; waited += pollMs) {
    if (child.exitCode !== null) return child.exitCode === 0;
    if (child.signalCode !== null) return false;
    if (readLive(folder)?.live.pid === child.pid) return true;
    await pause(pollMs);
  }
  return true;
}

const endOf = (log: string): string =>
  `${readFileSync(log, 'utf8').trimEnd().split('\n').slice(-linesShown).join('\n')}\n`;
