/** Files that this command writes its output to: `labsweep run sweep.yaml > run.log` beside the program. */
import { fstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type FileKey, keyOf } from './file-key.ts';

const streams = [1, 2];

/** Of the files that standard output and standard error go to, by themselves or through `tee`. */
export const outputKeys = (): readonly FileKey[] =>
  streams.flatMap((stream) => {
    try {
      const stats = fstatSync(stream);
      if (stats.isFIFO()) return writtenBehind(keyOf(stats));
      return stats.isFile() ? [keyOf(stats)] : [];
    } catch {
      return []; // closed
    }
  });

/** The files that those of this command's process group write who hold the other end of a pipe. */
function writtenBehind(pipe: FileKey): FileKey[] {
  const group = groupOf('self');
  const others = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && name !== String(process.pid) && groupOf(name) === group,
  );
  return others.flatMap((pid) => {
    const held = openFiles(pid);
    return held.some(({ key }) => key === pipe)
      ? held.flatMap(({ key, isWrittenFile }) => (isWrittenFile ? [key] : []))
      : [];
  });
}

function openFiles(pid: string): { key: FileKey; isWrittenFile: boolean }[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => openFile(pid, name) ?? []);
  } catch {
    return []; // it has ended, or is another user's
  }
}

/** Behind the name of a program, which may hold brackets and spaces itself (proc_pid_stat(5)). */
function groupOf(pid: string): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[2] ?? null;
  } catch {
    return null; // it has ended
  }
}

function openFile(pid: string, name: string): { key: FileKey; isWrittenFile: boolean } | null {
  const stats = statSync(`/proc/${pid}/fd/${name}`, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  // Octal, the access mode in its last two bits (proc_pid_fdinfo(5)).
  const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8')) ?? [];
  return { key: keyOf(stats), isWrittenFile: stats.isFile() && (Number.parseInt(flags, 8) & 3) !== 0 };
}
