/** Files that this command writes its output to: `labsweep run sweep.yaml > run.log` beside the program. */
import { type Stats, fstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { type FileKey, keyOf } from '../place/file-key.ts';

const streams = ['1', '2'];

export interface Output {
  /** Absolute; null where a system does not say it. */
  readonly path: string | null;
  readonly key: FileKey;
}

/** The files that standard output and standard error go to: by themselves, through pipes (`| grep x | tee log`), or by `script`. */
export function ownOutputs(): readonly Output[] {
  const own = openFiles('self').filter(({ name }) => streams.includes(name));
  if (own.length === 0) return withoutProc();
  const behind = new Behind();
  return own.flatMap((file) =>
    file.stats.isCharacterDevice() ? recordedByTerminal() : behind.filesOf(file),
  );
}

/** macOS has no /proc: the file behind a stream is known there, and what is behind a pipe is not. */
const withoutProc = (): Output[] =>
  streams.flatMap((name) => {
    try {
      const stats = fstatSync(Number(name));
      return stats.isFile() ? [{ path: null, key: keyOf(stats) }] : [];
    } catch {
      return []; // closed
    }
  });

interface OpenFile {
  /** The descriptor. */
  readonly name: string;
  readonly target: string;
  readonly stats: Stats;
  readonly isRead: boolean;
  readonly isWritten: boolean;
}

const outputOf = ({ target, stats }: OpenFile): Output => ({ path: target, key: keyOf(stats) });

/** What the processes of this command's group make of what they read from pipes. */
class Behind {
  readonly #seen = new Set<FileKey>();
  #others: readonly (readonly OpenFile[])[] | null = null;

  filesOf(file: OpenFile): Output[] {
    if (file.stats.isFile()) return [outputOf(file)];
    const pipe = keyOf(file.stats);
    if (!file.stats.isFIFO() || this.#seen.has(pipe)) return [];
    this.#seen.add(pipe);
    this.#others ??= othersOfGroup().map(openFiles);
    const readers = this.#others.filter((held) =>
      held.some(({ stats, isRead }) => isRead && keyOf(stats) === pipe),
    );
    return readers.flat().flatMap((held) => (held.isWritten ? this.filesOf(held) : []));
  }
}

function othersOfGroup(): string[] {
  const group = statOf('self')?.group;
  return readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid) && statOf(name)?.group === group,
  );
}

/** `script` and `screen -L` hold the other end of the terminal, and are above what runs in it (ptmx(4)). */
function recordedByTerminal(): Output[] {
  const found: Output[] = [];
  for (let pid = String(process.ppid); Number(pid) > 1; pid = statOf(pid)?.parent ?? '0') {
    const held = openFiles(pid);
    if (held.some(({ target }) => /^\/dev\/(pts\/)?ptmx$/.test(target)))
      found.push(...held.filter(({ stats, isWritten }) => isWritten && stats.isFile()).map(outputOf));
  }
  return found;
}

/** Behind the name of a program, which may hold brackets and spaces itself (proc_pid_stat(5)). */
function statOf(pid: string): { readonly parent: string; readonly group: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, parent = '0', group = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent, group };
  } catch {
    return null; // it has ended
  }
}

function openFiles(pid: string): OpenFile[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => openFile(pid, name) ?? []);
  } catch {
    return []; // it has ended, or is another user's
  }
}

function openFile(pid: string, name: string): OpenFile | null {
  try {
    const stats = statSync(`/proc/${pid}/fd/${name}`);
    const target = readlinkSync(`/proc/${pid}/fd/${name}`);
    // Octal, the access mode in its last two bits (proc_pid_fdinfo(5)).
    const [, flags = '0'] =
      /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8')) ?? [];
    const mode = Number.parseInt(flags, 8) & 3;
    return { name, target, stats, isRead: mode !== 1, isWritten: mode !== 0 };
  } catch {
    return null; // closed
  }
}
