/**
 * Files that lie among a program's and are no part of it, since labsweep itself reads or writes them. If they counted, a
 * value that is added to a sweep file beside its program would make every trial another trial.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { LeavesOut } from '../../content/walk.ts';
import { isLedgerFile } from '../../ledger/store/ledger-file.ts';
import { hasLedger } from '../../ledger/store/state-folder.ts';
import { parseInventory } from '../../model/inventory/parse-inventory.ts';
import { programFolderOf } from '../../model/sweep/program-folder.ts';
import { folderMarker } from '../../protocol/folder-marker.ts';
import { type FileKey, keyAt } from '../place/file-key.ts';
import { knownBystanders } from './known-bystanders.ts';
import { ownOutputs } from './own-output.ts';

export type BystanderKind =
  | 'sweep file'
  | 'inventory'
  | 'state folder'
  | 'ledger'
  | 'folder of an agent'
  | 'output of labsweep'
  /** By a command that only reads (`leaderboard --json > best.json`): a program may read it in turn. */
  | 'printed by labsweep';

/** By its path, relative to the program's folder. */
export type Found = ReadonlyMap<string, BystanderKind>;

/** Where a command found what it uses. */
export interface UsedPlaces {
  /** The sweep file and those that it extends. */
  readonly sweepFiles: readonly string[];
  readonly inventory: string | null;
  readonly state: string | null;
}

/** People keep copies and others beside it: inventory.json.bak, inventory-old.json. */
const inventoryName = /inventory.*\.json/i;

/** Backups, and what colleagues have sent for `merge`. */
const ledgerName = /\.db|\.sqlite|ledger|backup/i;

/** Nobody writes a longer sweep file or inventory by hand. */
const longestBytes = 1024 ** 2;

export class Bystanders {
  readonly #folder: string;
  readonly #named: ReadonlySet<string>;
  readonly #known: ReadonlyMap<FileKey, BystanderKind>;
  /** By absolute path. */
  readonly #noted: Found;
  readonly #found = new Map<string, BystanderKind>();

  /**
   * @param folder the program's
   * @param command a file that it names belongs to the program, whatever else it is
   */
  constructor(folder: string, command: readonly string[], places: UsedPlaces) {
    this.#folder = realPath(folder);
    this.#named = new Set(command.map((word) => word.replace(/^(\.\/)+/, '')));
    this.#known = knownKeys(places);
    this.#noted = knownBystanders(places.state);
  }

  /** All that the folder was found to hold. */
  get found(): Found {
    return this.#found;
  }

  /** The same by absolute path. */
  get places(): Found {
    return new Map([...this.#found].map(([path, kind]) => [join(this.#folder, path), kind]));
  }

  /** What is known without a look into it. */
  readonly leavesOut: LeavesOut = (path, isFolder, absolute) => {
    if (this.#named.has(path)) return false;
    const kind =
      this.#known.get(keyAt(absolute) ?? '') ??
      (isFolder ? folderKind(absolute) : this.#noted.get(absolute)) ??
      null;
    if (kind === null || kind === 'printed by labsweep') return false;
    this.#found.set(path, kind);
    return true;
  };

  /** Takes out of the folder's files what is one by its text. */
  without<File extends { readonly path: string }>(files: readonly File[]): File[] {
    const found = this.among(
      files.map(({ path }) => path),
      this.#folder,
    );
    for (const [path, kind] of found) this.#found.set(path, kind);
    return files.filter(({ path }) => !found.has(path));
  }

  /** The same of files that lie elsewhere by the same names. @param root the folder, or a snapshot of it */
  among(paths: readonly string[], root: string): Found {
    const found = new Map<string, BystanderKind>();
    for (const path of paths) {
      const noted = this.#noted.get(join(this.#folder, path));
      if (noted !== undefined) found.set(path, noted);
      else if (inventoryName.test(basename(path)) && isInventory(join(root, path)))
        found.set(path, 'inventory');
      else if (ledgerName.test(basename(path)) && isLedgerFile(join(root, path))) found.set(path, 'ledger');
      // Editors keep copies beside a file: sweep.yaml~, sweep.yaml.orig.
      else if (/\.ya?ml/i.test(basename(path)))
        for (const one of this.#sweepFiles(path, root)) found.set(one, 'sweep file');
    }
    for (const path of found.keys()) if (this.#named.has(path)) found.delete(path);
    for (const path of readByOthers(found, paths, root)) found.delete(path);
    return found;
  }

  /** A sweep file of this program, and those that it extends; none where the file is another's. */
  #sweepFiles(path: string, root: string): string[] {
    const inRoot = (file: string): string => join(root, relative(this.#folder, file));
    const text = textOf(join(root, path));
    const at = join(this.#folder, path);
    const named = text === null ? null : programFolderOf(text, at, (file) => textOf(inRoot(file)));
    if (named === null || realPath(named.folder) !== this.#folder) return [];
    return [at, ...named.extended].map((file) => relative(this.#folder, file));
  }
}

/** What a program's file names by its name, the program reads: it is sent, and counts. */
function readByOthers(found: Found, paths: readonly string[], root: string): string[] {
  const printed = [...found].flatMap(([path, kind]) => (kind === 'printed by labsweep' ? [path] : []));
  if (printed.length === 0) return [];
  const texts = paths.filter((path) => !found.has(path)).map((path) => textOf(join(root, path)) ?? '');
  return printed.filter((path) => texts.some((text) => text.includes(basename(path))));
}

function knownKeys({ sweepFiles, inventory, state }: UsedPlaces): ReadonlyMap<FileKey, BystanderKind> {
  const keys = new Map<FileKey, BystanderKind>();
  const add = (key: FileKey | null, kind: BystanderKind): void => {
    if (key !== null) keys.set(key, kind);
  };
  for (const { key } of ownOutputs()) add(key, 'output of labsweep');
  for (const file of sweepFiles) add(keyAt(file), 'sweep file');
  if (inventory !== null) add(keyAt(inventory), 'inventory');
  if (state !== null) add(keyAt(state), 'state folder');
  return keys;
}

function folderKind(folder: string): BystanderKind | null {
  if (hasLedger(folder) && existsSync(join(folder, 'content'))) return 'state folder';
  return existsSync(join(folder, folderMarker)) ? 'folder of an agent' : null;
}

function isInventory(file: string): boolean {
  const text = textOf(file);
  return text !== null && parseInventory(text, file).kind !== 'refused';
}

/** Null for what is no file that a person may have written. */
function textOf(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size <= longestBytes ? readFileSync(file, 'utf8') : null;
}

const realPath = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
