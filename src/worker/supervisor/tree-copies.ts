import type * as crypto from 'node:crypto';
import type * as fileSystem from 'node:fs';
import type { FileStats, InSteps, TreeFiles } from './tree-files.ts';

export interface Copying {
  readonly from: string;
  /** A folder that is there. */
  readonly to: string;
  /** Files of a sealed snapshot get the modes that this umask leaves; null: files keep the modes that they have. */
  readonly umask: number | null;
  /**
   * A copy of what `from` began as: only what is still as it was there is copied, and all else is shared by links. Null: all of
   * it is copied.
   */
  readonly began: string | null;
}

export interface Copied {
  readonly print: string;
  readonly files: number;
  readonly bytes: number;
  readonly entries: readonly Entry[];
}

/** What a copy was made as, in the order of names. `source`: the file that it is a copy of. */
export type Entry = { readonly name: string } & (
  | { readonly kind: 'file'; readonly mode: number; readonly source: FileStats }
  | { readonly kind: 'folder'; readonly mode: number; readonly entries: readonly Entry[] }
  | { readonly kind: 'link'; readonly target: string }
);

interface Done {
  readonly print: crypto.Hash;
  files: number;
  bytes: number;
}

export interface TreeCopies {
  /** @throws the system's error */
  copy(copying: Copying): InSteps<Copied>;
  /** One file of it, by its paths in Latin-1. @returns what it was when it was read @throws likewise */
  copyFile(from: string, to: string, umask: number | null): InSteps<fileSystem.Stats>;
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

  function* copyEntries(copying: Copying, path: string, done: Done): InSteps<Entry[]> {
    const { from, to, umask, began } = copying;
    const entries: Entry[] = [];
    for (const [name, entry] of entriesOf(from + path)) {
      const below = `${path}/${name}`;
      const before = began === null ? undefined : find(began + below);
      if (entry.isDirectory()) {
        if (began !== null && before?.isDirectory() !== true)
          entries.push(link(name, from + below, to + below));
        else entries.push(yield* copyFolder(copying, name, below, done));
      } else if (entry.isFile()) {
        if (began !== null && !isAsCopied(files.lstatSync(bytes(from + below)), before))
          entries.push(link(name, from + below, to + below));
        else {
          const stats = yield* copyFile(from + below, to + below, umask);
          count(done, below, stats);
          entries.push({ kind: 'file', name, mode: modeOf(stats, umask), source: fourOf(stats) });
        }
      } else if (entry.isSymbolicLink()) {
        const target = files.readlinkSync(bytes(from + below), 'latin1');
        entries.push(link(name, target, to + below));
      }
      // A socket, a pipe or a device is nobody's to share.
      yield;
    }
    return entries;
  }

  function* copyFolder(copying: Copying, name: string, path: string, done: Done): InSteps<Entry> {
    const { from, to, umask } = copying;
    files.mkdirSync(bytes(to + path), 0o700);
    const entries = yield* copyEntries(copying, path, done);
    const mode = folderModeOf(files.statSync(bytes(from + path)), umask);
    files.chmodSync(bytes(to + path), mode);
    return { kind: 'folder', name, mode, entries };
  }

  /** A copy of them: Node's own object has 18 figures. */
  const fourOf = ({ size, mtimeMs, ctimeMs, ino }: FileStats): FileStats => ({ size, mtimeMs, ctimeMs, ino });

  const count = (done: Done, path: string, stats: fileSystem.Stats): void => {
    done.print.update(lineOf(path, stats));
    done.files += 1;
    done.bytes += stats.size;
  };

  const link = (name: string, target: string, to: string): Entry => {
    files.symlinkSync(bytes(target), bytes(to));
    return { kind: 'link', name, target };
  };

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
    *copy({ from, to, began, ...rest }) {
      const done = { print: createHash('sha256'), files: 0, bytes: 0 };
      const inside = {
        ...rest,
        from: characters(from),
        to: characters(to),
        began: began === null ? null : characters(began),
      };
      const entries = yield* copyEntries(inside, '', done);
      return { ...done, print: done.print.digest('hex'), entries };
    },
    copyFile,
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
