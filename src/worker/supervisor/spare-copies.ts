import type * as fileSystem from 'node:fs';
import type { Copied, Copying, Entry, TreeCopies } from './tree-copies.ts';
import type { InSteps, TreeFiles } from './tree-files.ts';

/** A copy, with what is needed to tell later which of its files nobody has touched. */
export interface Kept extends Copying, Copied {
  /** By the clock of its file system, in ms since 1970: what has changed in it has done so later. */
  readonly madeAt: number;
  /** Of its folder. */
  readonly inode: number;
  /** What the folder was that it is a copy of: `setup` may be run anew at the same place. */
  readonly origin: Origin;
}

type Origin = Pick<fileSystem.Stats, 'ino' | 'ctimeMs'>;

export interface SpareCopies {
  /** Of a copy that is just made. @throws the system's error */
  keep(copying: Copying, copied: Copied): Kept;
  /**
   * Makes a copy of one that nobody uses any more, and that nothing that runs writes to: what is as it was copied is moved,
   * the rest copied anew.
   *
   * @param to an empty folder
   * @returns how many files had to be copied anew; null where it is no copy of the same files, and what is there now is
   * of no use. Never throws.
   */
  handOn(spare: Kept, to: string): InSteps<number | null>;
  /** As `TreeCopies.remove`, unless its program has put something else in its place. Never throws. */
  remove(copy: Kept): InSteps<void>;
}

/**
 * What an ended trial leaves of its copy as it was copied goes to the next one: that is faster by far than to make files,
 * and nothing has to be removed (docs/benchmarks.md). A file is as it was copied where its size, times, mode and links are;
 * what has been written to since has a later ctime, which no program sets (POSIX.1-2024, 4.12 "File Times Update").
 *
 * A launcher is handed this function as text (launch-trials.ts), so it refers to nothing outside of itself.
 */
export function spareCopies(files: typeof fileSystem, tree: TreeFiles, copies: TreeCopies): SpareCopies {
  const { bytes, characters, find, linkIn, isAsCopied, lineOf } = tree;
  type Folder = Extract<Entry, { kind: 'folder' }>;
  type File = Extract<Entry, { kind: 'file' }>;

  /** What is looked at, with its paths in Latin-1. */
  interface Moving {
    readonly spare: Kept;
    readonly source: string;
    from: string;
    readonly to: string;
    copiedAnew: number;
  }

  /** A folder that does not exist. */
  const nowhere = '/proc/nowhere';

  const isFileUntouched = ({ spare, from }: Moving, path: string, { source, mode }: File): boolean => {
    const there = find(from + path);
    if (there === undefined || !isAsCopied(source, there)) return false;
    return there.ctimeMs <= spare.madeAt && there.nlink === 1 && (there.mode & 0o7777) === mode;
  };

  const isFolderUntouched = ({ spare, from }: Moving, path: string, { mode }: Folder): boolean => {
    const there = find(from + path);
    if (there === undefined || !there.isDirectory()) return false;
    return there.ctimeMs <= spare.madeAt && (there.mode & 0o7777) === mode;
  };

  const hasSameNames = ({ from }: Moving, path: string, { entries }: Folder): boolean => {
    const names = files.readdirSync(bytes(from + path), 'latin1').sort();
    return names.length === entries.length && entries.every(({ name }, place) => name === names[place]);
  };

  /** Folders before files: a program that leaves anything among its files mostly leaves a file of its own. */
  const hasSameFolders = (moving: Moving, path: string, folder: Folder): boolean =>
    isFolderUntouched(moving, path, folder) &&
    hasSameNames(moving, path, folder) &&
    folder.entries.every(
      (entry) => entry.kind !== 'folder' || hasSameFolders(moving, `${path}/${entry.name}`, entry),
    );

  function* hasSameFiles(moving: Moving, path: string, { entries }: Folder): InSteps<boolean> {
    for (const entry of entries) {
      yield;
      const below = `${path}/${entry.name}`;
      if (entry.kind === 'file' && !isFileUntouched(moving, below, entry)) return false;
      if (entry.kind === 'link' && linkIn(moving.from + below) !== entry.target) return false;
      if (entry.kind === 'folder' && !(yield* hasSameFiles(moving, below, entry))) return false;
    }
    return true;
  }

  function* isWhole(moving: Moving, path: string, folder: Folder): InSteps<boolean> {
    try {
      return hasSameFolders(moving, path, folder) && (yield* hasSameFiles(moving, path, folder));
    } catch {
      return false; // closed by its program
    }
  }

  const rename = ({ from, to }: Moving, path: string): void =>
    files.renameSync(bytes(from + path), bytes(to + path));

  function* moveFile(moving: Moving, path: string, entry: File): InSteps<boolean> {
    if (isFileUntouched(moving, path, entry)) {
      rename(moving, path);
      return true;
    }
    moving.copiedAnew += 1;
    const stats = yield* copies.copyFile(moving.source + path, moving.to + path, moving.spare.umask);
    return lineOf('', stats) === lineOf('', entry.source);
  }

  function* moveFolder(moving: Moving, path: string, folder: Folder): InSteps<boolean> {
    if (yield* isWhole(moving, path, folder)) {
      rename(moving, path);
      return true;
    }
    // A program may have put a link in the place of a folder, and it leads elsewhere.
    const isThere = find(moving.from + path)?.isDirectory() === true;
    files.mkdirSync(bytes(moving.to + path), 0o700);
    const { from } = moving;
    if (!isThere) moving.from = nowhere;
    const isSame = yield* moveEntries(moving, path, folder.entries);
    moving.from = from;
    files.chmodSync(bytes(moving.to + path), folder.mode);
    if (isThere) removeEmpty(moving, path);
    return isSame;
  }

  function* moveEntries(moving: Moving, path: string, entries: readonly Entry[]): InSteps<boolean> {
    for (const entry of entries) {
      const below = `${path}/${entry.name}`;
      yield;
      if (entry.kind === 'link') files.symlinkSync(bytes(entry.target), bytes(moving.to + below));
      else if (entry.kind === 'file') {
        if (!(yield* moveFile(moving, below, entry))) return false;
      } else if (!(yield* moveFolder(moving, below, entry))) return false;
    }
    return true;
  }

  const removeEmpty = ({ from }: Moving, path: string): void => {
    try {
      files.rmdirSync(bytes(from + path));
    } catch {
      // What is in it is its program's.
    }
  };

  const originOf = (folder: string): Origin => {
    const { ino, ctimeMs } = files.statSync(folder);
    return { ino, ctimeMs };
  };

  const isInItsPlace = ({ to, inode }: Kept): boolean => {
    const folder = find(characters(to));
    return folder?.isDirectory() === true && folder.ino === inode;
  };

  const isOfItsOrigin = ({ from, origin }: Kept): boolean => {
    const { ino, ctimeMs } = files.statSync(from);
    return ino === origin.ino && ctimeMs === origin.ctimeMs;
  };

  return {
    keep(copying, copied) {
      // A change of its own, after all that it was made of.
      files.chmodSync(copying.to, files.statSync(copying.to).mode & 0o7777);
      const { ctimeMs: madeAt, ino: inode } = files.statSync(copying.to);
      return { ...copied, ...copying, print: copied.print, madeAt, inode, origin: originOf(copying.from) };
    },
    *handOn(spare, to) {
      const from = characters(spare.to);
      const moving = { spare, source: characters(spare.from), from, to: characters(to), copiedAnew: 0 };
      try {
        if (!isInItsPlace(spare) || !isOfItsOrigin(spare)) return null;
        // A clock that was set back meanwhile would hide what has changed.
        if (files.statSync(to).ctimeMs < spare.madeAt) return null;
        return (yield* moveEntries(moving, '', spare.entries)) ? moving.copiedAnew : null;
      } catch {
        return null; // somebody has taken it away, or there is no room for more
      }
    },
    *remove(copy) {
      try {
        if (isInItsPlace(copy)) yield* copies.remove(copy);
      } catch {
        // It cannot be looked at.
      }
    },
  };
}
