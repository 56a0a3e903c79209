import type * as crypto from 'node:crypto';
import type * as fileSystem from 'node:fs';

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

/** What is done in steps, so that whoever does it can turn to something else in between. */
export type InSteps<Result> = Generator<undefined, Result, undefined>;

export interface Copied {
  readonly print: string;
  readonly files: number;
  readonly bytes: number;
}

export interface TreeCopies {
  /** @throws the system's error */
  copy(copying: Copying): InSteps<Copied>;
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
 *
 * Paths are kept as Latin-1, a character a byte: a name need not be UTF-8.
 */
export function treeCopies(files: typeof fileSystem, createHash: typeof crypto.createHash): TreeCopies {
  const cloneFrom = 64 * 1024;
  const chunk = Buffer.allocUnsafe(1024 * 1024);
  let canClone = true;

  const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
  const characters = (path: string): string => Buffer.from(path).toString('latin1');
  /** As bytes: where a file system does not tell kinds (readdir(3), DT_UNKNOWN) Node looks at each name in this folder. */
  const entriesOf = (folder: string): [name: string, entry: fileSystem.Dirent<Buffer>][] =>
    files
      .readdirSync(bytes(folder), { encoding: 'buffer', withFileTypes: true })
      .map((entry): [string, fileSystem.Dirent<Buffer>] => [entry.name.toString('latin1'), entry])
      .sort(([one], [other]) => (one < other ? -1 : 1));
  const find = (path: string): fileSystem.Stats | undefined =>
    files.lstatSync(bytes(path), { throwIfNoEntry: false });
  const lineOf = (path: string, { size, mtimeMs, ctimeMs, ino }: fileSystem.Stats): string =>
    `${path}\0${size} ${mtimeMs} ${ctimeMs} ${ino}\n`;

  /** Times are set in seconds, which rounds them. */
  const isAsCopied = (one: fileSystem.Stats, other: fileSystem.Stats | undefined): boolean =>
    other !== undefined &&
    other.isFile() &&
    one.size === other.size &&
    Math.abs(one.mtimeMs - other.mtimeMs) < 1;

  const leadsAlike = (link: string, target: string): boolean => {
    try {
      return files.readlinkSync(bytes(link), 'latin1') === target;
    } catch {
      return false;
    }
  };

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

  const modeOf = ({ mode }: fileSystem.Stats, umask: number | null): number =>
    umask === null ? mode & 0o777 : ((mode & 0o100 ? 0o777 : 0o666) & ~umask) | (mode & 0o100) | 0o600;

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

  function* copyFolder(
    copying: Copying,
    path: string,
    done: { readonly print: crypto.Hash; files: number; bytes: number },
  ): InSteps<void> {
    const { umask, isShared, began } = copying;
    const [from, to] = [characters(copying.from), characters(copying.to)];
    for (const [name, entry] of entriesOf(from + path)) {
      const below = `${path}/${name}`;
      const before = isShared && began !== null ? find(characters(began) + below) : undefined;
      if (entry.isDirectory()) {
        if (isShared && before?.isDirectory() !== true) share(from + below, to + below);
        else {
          files.mkdirSync(bytes(to + below), 0o700);
          yield* copyFolder(copying, below, done);
          const mode = umask === null ? files.statSync(bytes(from + below)).mode : 0o777 & ~umask;
          files.chmodSync(bytes(to + below), (mode & 0o777) | 0o700);
        }
      } else if (entry.isFile()) {
        if (isShared && !isAsCopied(files.lstatSync(bytes(from + below)), before))
          share(from + below, to + below);
        else {
          const stats = yield* copyFile(from + below, to + below, umask);
          done.print.update(lineOf(below, stats));
          done.files += 1;
          done.bytes += stats.size;
        }
      } else if (entry.isSymbolicLink())
        files.symlinkSync(files.readlinkSync(bytes(from + below), 'buffer'), bytes(to + below));
      // A socket, a pipe or a device is nobody's to share.
      yield;
    }
  }

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
          const target = entry.isSymbolicLink() ? files.readlinkSync(bytes(source), 'latin1') : source;
          if (leadsAlike(copied, target)) files.unlinkSync(bytes(copied));
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
    *copy(copying) {
      const done = { print: createHash('sha256'), files: 0, bytes: 0 };
      yield* copyFolder(copying, '', done);
      return { ...done, print: done.print.digest('hex') };
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
