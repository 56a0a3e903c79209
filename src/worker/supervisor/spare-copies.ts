import type * as fileSystem from 'node:fs';
import type { Copied, Copying } from './tree-copies.ts';
import type { InSteps, TreeFiles } from './tree-files.ts';

/** A copy that nobody uses any more, and that nothing that runs writes to. */
export type Spare = Pick<Copying & Copied, 'to' | 'madeAt' | 'inode'>;

/** What was found at a path below the tree's own folder. */
export interface Found {
  readonly path: string;
  readonly stats: fileSystem.Stats;
}

export interface SpareCopies {
  /**
   * Moves one file of a spare to where a copy of it is wanted.
   *
   * @returns what it is a copy of; null where there is none, or it is not as it was copied
   */
  moveFile(spare: Spare, copying: Copying, path: string): fileSystem.Stats | null;
  /**
   * Likewise a folder with all that is in it.
   *
   * @returns the files that they are copies of; null where anything in it is not as it was copied, or is its program's
   */
  moveFolder(spare: Spare, copying: Copying, path: string): InSteps<readonly Found[] | null>;
  hasFolder(spare: Spare, path: string): boolean;
  /** Of a folder of which all that could be moved was. Never throws. */
  removeEmpty(spare: Spare, path: string): void;
}

/**
 * What an ended trial leaves of its copy as it was copied goes to the next one: 100 files take 2 ms then instead of 8, and
 * nothing has to be removed (docs/benchmarks.md). A file is as it was copied where its size, times, mode and links are; what
 * has been written to since has a later ctime, which no program sets (POSIX.1-2024, 4.12 "File Times Update").
 *
 * A launcher is handed this function as text (launch-trials.ts), so it refers to nothing outside of itself.
 */
export function spareCopies(files: typeof fileSystem, tree: TreeFiles): SpareCopies {
  const { bytes, characters, entriesOf, find, linkIn, isAsCopied, modeOf, folderModeOf } = tree;

  /** What a file of a spare is still a copy of. */
  const sourceOf = (spare: Spare, { from, umask }: Copying, path: string): fileSystem.Stats | null => {
    const source = files.lstatSync(bytes(characters(from) + path));
    const there = find(characters(spare.to) + path);
    if (there === undefined || !isAsCopied(source, there)) return null;
    const isUntouched = there.ctimeMs <= spare.madeAt && there.nlink === 1;
    return isUntouched && (there.mode & 0o7777) === modeOf(source, umask) ? source : null;
  };

  const isFolderUntouched = (spare: Spare, { from, umask }: Copying, path: string): boolean => {
    const there = files.lstatSync(bytes(characters(spare.to) + path));
    const mode = folderModeOf(files.lstatSync(bytes(characters(from) + path)), umask);
    return there.ctimeMs <= spare.madeAt && (there.mode & 0o7777) === mode;
  };

  const rename = (spare: Spare, { to }: Copying, path: string): boolean => {
    try {
      files.renameSync(bytes(characters(spare.to) + path), bytes(characters(to) + path));
      return true;
    } catch {
      return false;
    }
  };

  const namesIn = (folder: string): string[] => entriesOf(folder).map(([name]) => name);

  /** Before each file is looked at: most programs that leave anything among their files leave a file of their own. */
  function* hasSameNames(spare: Spare, copying: Copying, path: string): InSteps<boolean> {
    const there = namesIn(characters(spare.to) + path);
    const entries = entriesOf(characters(copying.from) + path);
    yield;
    if (there.length !== entries.length || entries.some(([name], place) => name !== there[place]))
      return false;
    for (const [name, entry] of entries) {
      const below = `${path}/${name}`;
      if (!entry.isDirectory()) continue;
      if (!hasFolder(spare, below) || !(yield* hasSameNames(spare, copying, below))) return false;
    }
    return true;
  }

  function* isWhole(spare: Spare, copying: Copying, path: string, found: Found[]): InSteps<boolean> {
    const [from, to] = [characters(copying.from), characters(spare.to)];
    if (!isFolderUntouched(spare, copying, path)) return false;
    for (const [name, entry] of entriesOf(from + path)) {
      const below = `${path}/${name}`;
      if (entry.isDirectory()) {
        if (!(yield* isWhole(spare, copying, below, found))) return false;
      } else if (entry.isFile()) {
        const stats = sourceOf(spare, copying, below);
        if (stats === null) return false;
        found.push({ path: below, stats });
      } else if (!entry.isSymbolicLink() || linkIn(from + below) !== linkIn(to + below)) return false;
      yield;
    }
    return true;
  }

  const hasFolder = (spare: Spare, path: string): boolean =>
    find(characters(spare.to) + path)?.isDirectory() === true;

  return {
    hasFolder,
    moveFile(spare, copying, path) {
      const source = sourceOf(spare, copying, path);
      return source !== null && rename(spare, copying, path) ? source : null;
    },
    *moveFolder(spare, copying, path) {
      const found: Found[] = [];
      try {
        if (!(yield* hasSameNames(spare, copying, path))) return null;
        if (!(yield* isWhole(spare, copying, path, found))) return null;
      } catch {
        return null; // closed by its program, or gone
      }
      return rename(spare, copying, path) ? found : null;
    },
    removeEmpty(spare, path) {
      try {
        files.rmdirSync(bytes(characters(spare.to) + path));
      } catch {
        // What is in it is its program's.
      }
    },
  };
}
