/** The last of a folder that was kept: its links and second names, then times and modes, once nothing is added any more. */
import { type FileHandle, link, lutimes, mkdir, open, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeptFolder, KeptOther } from '../model/kept-folder.ts';

type Of<Kind extends KeptOther['kind']> = Extract<KeptOther, { kind: Kind }>;

/** Times as they are set on this host. */
export class KeptTimes {
  /** Seconds, by the nanoseconds that were kept. */
  readonly #seconds = new Map<string, number>();

  /**
   * Node sets whole microseconds (libuv, uv_fs_futime): of two times that differ by less, the later one stays the later, since
   * programs go on from the newest. Half of one more keeps a double from falling below its own.
   */
  constructor({ files, others }: KeptFolder) {
    const times = [...files, ...others].flatMap((entry) => ('mtime' in entry ? [entry.mtime] : []));
    let last: bigint | null = null;
    for (const time of [...new Set(times)].map(BigInt).sort((one, other) => (one < other ? -1 : 1))) {
      const micros: bigint = time / 1_000n;
      last = last !== null && micros <= last ? last + 1n : micros;
      this.#seconds.set(String(time), (Number(last) + 0.5) / 1e6);
    }
  }

  of({ mtime }: { readonly mtime: string }): number {
    return this.#seconds.get(String(BigInt(mtime))) ?? 0;
  }

  /** A file or a folder that is open. Its owner may always change it until it is closed. */
  async stamp(file: FileHandle, entry: { readonly mtime: string; readonly mode: number }): Promise<void> {
    await file.chmod(entry.mode);
    await file.utimes(this.of(entry), this.of(entry));
  }
}

/** @param folder has the files already. @throws the system's error */
export async function finishKept(folder: string, { others }: KeptFolder, times: KeptTimes): Promise<void> {
  const folders = others.filter((other): other is Of<'folder'> => other.kind === 'folder');
  for (const { path } of folders) await mkdir(join(folder, path), { recursive: true, mode: 0o700 });
  for (const other of others) {
    if (other.kind === 'folder') continue;
    const path = join(folder, other.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (other.kind === 'same') await link(join(folder, other.as), path);
    else {
      await symlink(other.target, path);
      await lutimes(path, times.of(other), times.of(other));
    }
  }
  // Those below first: what has been closed lets nobody in.
  for (const each of [...folders].sort((one, other) => depthOf(other) - depthOf(one)))
    await seal(folder, each, times);
}

async function seal(root: string, folder: Of<'folder'>, times: KeptTimes): Promise<void> {
  const file = await open(join(root, folder.path), 'r');
  try {
    // Into one's own place it could not be moved without (rename(2), EACCES).
    await times.stamp(file, folder.path === '' ? { ...folder, mode: folder.mode | 0o700 } : folder);
    await file.sync();
  } finally {
    await file.close();
  }
}

const depthOf = ({ path }: Of<'folder'>): number => (path === '' ? 0 : path.split('/').length);
