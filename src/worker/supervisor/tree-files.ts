import type * as fileSystem from 'node:fs';

/** What is done in steps, so that whoever does it can turn to something else in between. */
export type InSteps<Result> = Generator<undefined, Result, undefined>;

export interface TreeFiles {
  readonly bytes: (path: string) => Buffer;
  readonly characters: (path: string) => string;
  /** By their names. @throws the system's error */
  readonly entriesOf: (folder: string) => [name: string, entry: fileSystem.Dirent<Buffer>][];
  /** Links are not followed. */
  readonly find: (path: string) => fileSystem.Stats | undefined;
  /** Where it leads; null where it is no link. */
  readonly linkIn: (path: string) => string | null;
  readonly isAsCopied: (source: FileStats, copy: fileSystem.Stats | undefined) => boolean;
  /** @param umask null: files keep the modes that they have */
  readonly modeOf: (file: fileSystem.Stats, umask: number | null) => number;
  /** Likewise. */
  readonly folderModeOf: (folder: fileSystem.Stats, umask: number | null) => number;
  /** A file's share of its tree's print. */
  readonly lineOf: (path: string, file: FileStats) => string;
}

/** What tells a file from one that was written to. */
export type FileStats = Pick<fileSystem.Stats, 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

/**
 * How files of a tree are looked at that is copied. Paths are kept as Latin-1, a character a byte: a name need not be
 * UTF-8.
 *
 * A launcher is handed this function as text (launch-trials.ts), so it refers to nothing outside of itself.
 */
export function treeFiles(files: typeof fileSystem): TreeFiles {
  const bytes = (path: string): Buffer => Buffer.from(path, 'latin1');
  return {
    bytes,
    characters: (path) => Buffer.from(path).toString('latin1'),
    // As bytes: where a file system does not tell kinds (readdir(3), DT_UNKNOWN) Node looks at each name in this folder.
    entriesOf: (folder) =>
      files
        .readdirSync(bytes(folder), { encoding: 'buffer', withFileTypes: true })
        .map((entry): [string, fileSystem.Dirent<Buffer>] => [entry.name.toString('latin1'), entry])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    find: (path) => files.lstatSync(bytes(path), { throwIfNoEntry: false }),
    linkIn: (path) => {
      try {
        return files.readlinkSync(bytes(path), 'latin1');
      } catch {
        return null;
      }
    },
    // Times are set in seconds, which rounds them.
    isAsCopied: (source, copy) =>
      copy !== undefined &&
      copy.isFile() &&
      source.size === copy.size &&
      Math.abs(source.mtimeMs - copy.mtimeMs) < 1,
    modeOf: ({ mode }, umask) =>
      umask === null ? mode & 0o777 : ((mode & 0o100 ? 0o777 : 0o666) & ~umask) | (mode & 0o100) | 0o600,
    folderModeOf: ({ mode }, umask) => (umask === null ? mode & 0o777 : 0o777 & ~umask) | 0o700,
    lineOf: (path, { size, mtimeMs, ctimeMs, ino }) => `${path}\0${size} ${mtimeMs} ${ctimeMs} ${ino}\n`,
  };
}
