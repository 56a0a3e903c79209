/** Who writes a ledger, in words by which another process can tell whether it still lives. */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { z } from 'zod';

export const lockHolderSchema = z.object({
  /** Id of the machine (machine-id(5)), else its name. */
  machine: z.string(),
  /** For people. */
  hostname: z.string(),
  pid: z.number(),
  /** Clock ticks after boot at which the process started, field 22 of proc_pid_stat(5); null without /proc. */
  startTime: z.string().nullable(),
  bootId: z.string().nullable(),
  /** A pid means something only within its namespace (pid_namespaces(7)): containers of one machine differ. */
  pidNamespace: z.string().nullable(),
  /** Wall clock, ms since 1970. */
  since: z.number(),
  /** The file that is locked: a copy of it has the same lock, and nobody holds that. Older locks lack it. */
  ledger: z.object({ path: z.string(), file: z.string() }).nullable().default(null),
});
export type LockHolder = Readonly<z.infer<typeof lockHolderSchema>>;

/** This process, as the holder of a lock from now on. */
export function thisProcess(): LockHolder {
  const state = processState(process.pid);
  return {
    machine: read('/etc/machine-id') || read('/var/lib/dbus/machine-id') || hostname(),
    hostname: hostname(),
    pid: process.pid,
    startTime: state.kind === 'alive' ? state.startTime : null,
    bootId: read('/proc/sys/kernel/random/boot_id') || null,
    pidNamespace: link('/proc/self/ns/pid'),
    since: Date.now(),
    ledger: null,
  };
}

/** This process, as the holder of a ledger's file. */
export const holderOf = (path: string): LockHolder => ({
  ...thisProcess(),
  ledger: { path, file: fileOf(path) },
});

/** Whether the lock in a file, read on the machine of its holder, came with it from the file that is locked. */
export const isOfAnotherFile = ({ ledger }: LockHolder, path: string): boolean =>
  ledger !== null && ledger.file !== fileOf(path);

/** What stays the same when a file is moved, and is another for its copy (inode(7)). */
function fileOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

export type ProcessState =
  | { readonly kind: 'gone' }
  /** `isStopped`: by a signal, as Ctrl-Z sends it. */
  | { readonly kind: 'alive'; readonly startTime: string | null; readonly isStopped: boolean };

/** Whether a process of this machine lives. One that has ended and was not waited for (state Z) is gone. */
export function processState(pid: number): ProcessState {
  if (!exists(pid)) return { kind: 'gone' };
  // The name in parentheses may itself hold spaces and parentheses: fields count from the last one.
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  if (fields[0] === 'Z' || fields[0] === 'X') return { kind: 'gone' };
  return { kind: 'alive', startTime: fields[19] ?? null, isStopped: fields[0] === 'T' };
}

/** Whether a holder on this machine stands still, as after Ctrl-Z: it lives, holds the ledger, and answers nobody. */
export function isStopped({ machine, pid, pidNamespace, startTime }: LockHolder): boolean {
  const here = thisProcess();
  if (machine !== here.machine || differ(pidNamespace, here.pidNamespace)) return false;
  const state = processState(pid);
  return state.kind === 'alive' && state.isStopped && !differ(startTime, state.startTime);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Whether the holder has certainly ended, as seen by `here`. In doubt it lives: of another machine nothing is known.
 *
 * @param state asks for a process of this machine
 */
export function hasEnded(
  holder: LockHolder,
  here: LockHolder,
  state: (pid: number) => ProcessState = processState,
): boolean {
  if (holder.machine !== here.machine) return false;
  if (differ(holder.bootId, here.bootId)) return true;
  if (differ(holder.pidNamespace, here.pidNamespace)) return false;
  const now = state(holder.pid);
  return now.kind === 'gone' || differ(holder.startTime, now.startTime);
}

const differ = (one: string | null, other: string | null): boolean =>
  one !== null && other !== null && one !== other;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

function link(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
