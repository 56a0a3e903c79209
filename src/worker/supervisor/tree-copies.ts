import type * as crypto from 'node:crypto';
import type * as fileSystem from 'node:fs';
import type { Spare, SpareCopies } from './spare-copies.ts';
import type { InSteps, TreeFiles } from './tree-files.ts';

export interface Copying {
  readonly from: string;
  /** A folder that is there. */
  readonly to: string;
  /** Files of a sealed snapshot get the modes that this umask leaves; null: files keep the modes that they have. */
  readonly umask: number | null;
  /** Whether only what is as it was in the folder that `from` began as is copied, and all else is shared by links. */
  readonly isShared: boolean;
  /** That folder; null where `from` began empty. */
  readonly began: string | null;
}

export interface Copied {
  readonly print: string;
  readonly files: number;
  readonly bytes: number;
  /** By the clock of its file system, in ms since 1970: what has changed in it since then is not as it was copied. */
  readonly madeAt: number;
  /** The inode of its folder. */
  readonly inode: number;
}

interface Done {
  readonly print: crypto.Hash;
  files: number;
  bytes: number;
}

export interface TreeCopies {
  /**
   * @param spare a copy of the same tree, of which all that is as it was copied is moved instead of being copied anew
   * @throws the system's error
   */
  copy(copying: Copying, spare?: Spare | null): InSteps<Copied>;
  /** What tells a tree from one that was written to: paths, sizes, times and inodes of its files. @throws likewise */
  print(folder: string): InSteps<string>;
  /** Takes away of a copy all that is as it was copied. What its program made or changed stays. Never throws. */
  remove(copying: Copying): InSteps<void>;
}

/**
 * Copies of folders. A launcher is handed this function as text (launch-trials.ts), so it refers to nothing outside of
 * itself.
 *
 * Files are copied by their bytes: on ext4 copy_file_range(2), which Node's own copying is made of, takes three times as
 * long for small files, because it allocates their blocks at once (docs/benchmarks.md). Larger ones share their blocks
 * where the file system can (FICLONE). Never by a hard link: root writes through a read-only one, and everybody else may
 * make a file of their own writable.
 */
export function treeCopies(
  files: typeof fileSystem,
  createHash: typeof crypto.createHash,
  tree: TreeFiles,
  spares: SpareCopies,
): TreeCopies {
  const cloneFrom = 64 * 1024;
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  const { bytes, characters, entriesOf, find, linkIn, isAsCopied, modeOf, folderModeOf, lineOf } = tree;
  let canClone = true;

  const clone = (source: Buffer, target: Buffer): boolean => {
    try {
      const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = files.constants;
      files.copyFileSync(source, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
      return true;
    } catch {
      canClone = false;
      files.rmSync(target, { force: true });
      return false;
    }
  };

  function* write(input: number, output: number): InSteps<void> {
    for (;;) {
      const read = files.readSync(input, chunk, 0, chunk.length, null);
      for (let done = 0; done < read; ) done += files.writeSync(output, chunk, done, read - done);
      if (read < chunk.length) return;
      yield;
    }
  }

  function* copyFile(from: string, to: string, umask: number | null): InSteps<fileSystem.Stats> {
    const [source, target] = [bytes(from), bytes(to)];
    const { O_RDONLY, O_NONBLOCK } = files.constants;
    const input = files.openSync(source, O_RDONLY | O_NONBLOCK);
    try {
      const stats = files.fstatSync(input);
      const seconds = stats.mtimeMs / 1_000;
      const isCloned = canClone && stats.size >= cloneFrom && clone(source, target);
      const output = files.openSync(target, isCloned ? 'r' : 'wx', 0o600);
      try {
        if (!isCloned) yield* write(input, output);
        files.fchmodSync(output, modeOf(stats, umask));
        files.futimesSync(output, seconds, seconds);
      } finally {
        files.closeSync(output);
      }
      return stats;
    } finally {
      files.closeSync(input);
    }
  }

  /** What is moved together is found to be as it was copied first; what is not is looked at one by one. */
  function* copyFolder(copying: Copying, spare: Spare | null, path: string, done: Done): InSteps<void> {
    const [from, to] = [characters(copying.from), characters(copying.to)];
    const spareHere = spare !== null && spares.hasFolder(spare, path) ? spare : null;
    const moved = spareHere === null ? null : yield* spares.moveFolder(spareHere, copying, path);
    if (moved !== null) {
      for (const { path: file, stats } of moved) count(done, file, stats);
      return;
    }
    files.mkdirSync(bytes(to + path), 0o700);
    yield* copyEntries(copying, spareHere, path, done);
    files.chmodSync(bytes(to + path), folderModeOf(files.statSync(bytes(from + path)), copying.umask));
    if (spareHere !== null) spares.removeEmpty(spareHere, path);
  }

  function* copyEntries(copying: Copying, spare: Spare | null, path: string, done: Done): InSteps<void> {
    const { isShared, began, umask } = copying;
    const [from, to] = [characters(copying.from), characters(copying.to)];
    for (const [name, entry] of entriesOf(from + path)) {
      const below = `${path}/${name}`;
      const before = isShared && began !== null ? find(characters(began) + below) : undefined;
      if (entry.isDirectory()) {
        if (isShared && before?.isDirectory() !== true) share(from + below, to + below);
        else yield* copyFolder(copying, spare, below, done);
      } else if (entry.isFile()) {
        if (isShared && !isAsCopied(files.lstatSync(bytes(from + below)), before))
          share(from + below, to + below);
        else {
          const moved = spare === null ? null : spares.moveFile(spare, copying, below);
          count(done, below, moved ?? (yield* copyFile(from + below, to + below, umask)));
        }
      } else if (entry.isSymbolicLink())
        files.symlinkSync(files.readlinkSync(bytes(from + below), 'buffer'), bytes(to + below));
      // A socket, a pipe or a device is nobody's to share.
      yield;
    }
  }

  const count = (done: Done, path: string, stats: fileSystem.Stats): void => {
    done.print.update(lineOf(path, stats));
    done.files += 1;
    done.bytes += stats.size;
  };

  const share = (from: string, to: string): void => files.symlinkSync(bytes(from), bytes(to));

  function* printFolder(folder: string, path: string, print: crypto.Hash): InSteps<void> {
    for (const [name, entry] of entriesOf(folder + path)) {
      const below = `${path}/${name}`;
      if (entry.isDirectory()) yield* printFolder(folder, below, print);
      else if (entry.isFile()) print.update(lineOf(below, files.lstatSync(bytes(folder + below))));
      yield;
    }
  }

  /** Each step looks at the copy first: a program may have put a link in the place of a folder, and it leads elsewhere. */
  function* removeFolder(from: string, to: string): InSteps<void> {
    for (const [name, entry] of entriesOf(from)) {
      const [source, copied] = [`${from}/${name}`, `${to}/${name}`];
      try {
        const there = find(copied);
        if (there === undefined) continue;
        if (there.isSymbolicLink()) {
          const target = entry.isSymbolicLink() ? linkIn(source) : source;
          if (linkIn(copied) === target) files.unlinkSync(bytes(copied));
        } else if (entry.isDirectory() && there.isDirectory()) {
          yield* removeFolder(source, copied);
          files.rmdirSync(bytes(copied));
        } else if (entry.isFile() && isAsCopied(files.lstatSync(bytes(source)), there))
          files.unlinkSync(bytes(copied));
      } catch {
        // Not empty: what is left is the program's. Or closed by it, or gone.
      }
      yield;
    }
  }

  return {
    *copy(copying, spare = null) {
      const done = { print: createHash('sha256'), files: 0, bytes: 0 };
      const isThere = spare !== null && find(characters(spare.to))?.ino === spare.inode;
      yield* copyEntries(copying, isThere ? spare : null, '', done);
      const { mode } = files.statSync(copying.to);
      files.chmodSync(copying.to, mode & 0o7777);
      const { ctimeMs: madeAt, ino: inode } = files.statSync(copying.to);
      return { ...done, print: done.print.digest('hex'), madeAt, inode };
    },
    *print(folder) {
      const print = createHash('sha256');
      yield* printFolder(characters(folder), '', print);
      return print.digest('hex');
    },
    *remove({ from, to }) {
      try {
        yield* removeFolder(characters(from), characters(to));
      } catch {
        // What it was copied from is gone.
      }
    },
  };
}
