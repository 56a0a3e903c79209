/** A process that holds the lock of a folder, and whether it lives, as far as another process can tell. */
import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isSameProcess } from '../supervisor/session.ts';
import { bootId } from '../telemetry/host-facts.ts';
import { readProcessStat } from '../telemetry/process-stat.ts';

/**
 * The parts are short, because ext4 keeps the target of a link of up to 59 bytes beside its inode: such a link can be
 * made on a disk without a free block.
 */
export interface Holder {
  readonly pid: number;
  /** Clock ticks since boot; null where there is no /proc. */
  readonly startTime: number | null;
  /** Of its agent's file (agent-file.ts). */
  readonly build: string;
  /** Hashes of the boot, of the namespace in which its number counts (pid_namespaces(7)), and of the machine's name. */
  readonly boot: string;
  readonly namespace: string;
  readonly machine: string;
}

/** `unseen`: it is in another container, or on another machine that has this one's id and folder. */
type Standing = 'lives' | 'gone' | 'unseen';

export const thisProcess = (build: string): Holder => ({
  pid: process.pid,
  startTime: readProcessStat('self')?.startTime ?? null,
  build,
  ...here(),
});

const here = (): Pick<Holder, 'boot' | 'namespace' | 'machine'> => ({
  boot: short(bootId(), 8),
  namespace: short(pidNamespace(), 4),
  machine: short(hostname(), 6),
});

/** Whether it lives. A process that is stopped does. */
export function standing({ pid, startTime, boot, namespace, machine }: Holder): Standing {
  const own = here();
  if (machine !== own.machine) return 'unseen';
  if (boot !== own.boot) return 'gone';
  if (namespace !== own.namespace) return 'unseen';
  return isSameProcess({ pid, startTime }) ? 'lives' : 'gone';
}

export const textOfHolder = ({ pid, startTime, boot, namespace, machine, build }: Holder): string =>
  [pid, startTime?.toString(36) ?? '-', boot, namespace, machine, build].join('.');

const form =
  /^(\d{1,10})\.([0-9a-z]{1,12}|-)\.([0-9a-f]{8})\.([0-9a-f]{4})\.([0-9a-f]{6})\.([0-9a-f]{1,64})$/;

/** Null where a text is none of `textOfHolder`. */
export function parseHolder(text: string): Holder | null {
  const [, pid = '', started = '', boot = '', namespace = '', machine = '', build = ''] =
    form.exec(text) ?? [];
  if (pid === '') return null;
  const startTime = started === '-' ? null : Number.parseInt(started, 36);
  return { pid: Number(pid), startTime, boot, namespace, machine, build };
}

/** Another in each container that has processes of its own; empty where the system has none. */
export function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const short = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits);
