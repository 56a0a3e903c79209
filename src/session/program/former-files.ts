/** A program's files as they were earlier, against what they are: from the snapshots that the state folder keeps. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { hashFile } from '../../content/hash-file.ts';
import { byPathBytes, manifestHash } from '../../content/manifest.ts';
import { contentPath, storedManifest } from '../../content/store.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { Manifest } from '../../model/manifest.ts';
import { changesBetween, type FileChanges, isUnchanged } from './changed-files.ts';
import { storeFolder } from '../content/named-content.ts';
import type { ProgramFiles } from './program-files.ts';

/** It changes what is left out, and is not run: adding it must not look like another program. */
const ignoreFile = '.labsweepignore';

export class FormerFiles {
  readonly #files: ProgramFiles | null;
  readonly #store: string | null;
  #hashOfAll: Promise<ContentHash> | null = null;

  constructor(files: ProgramFiles | null, stateFolder: string | null) {
    this.#files = files;
    this.#store = stateFolder === null ? null : storeFolder(stateFolder);
  }

  /** Whether files under another hash differ only in what is left out now. */
  async areSame(hash: ContentHash | null): Promise<boolean> {
    if (hash === null || this.#files === null) return false;
    this.#hashOfAll ??= hashOfAll(this.#files);
    if ((await this.#hashOfAll) === hash) return true;
    const changes = await this.changesSince(hash);
    return changes !== null && isUnchanged(changes);
  }

  /** Null where the earlier files are not known any more. */
  async changesSince(hash: ContentHash | null): Promise<FileChanges | null> {
    if (hash === null || this.#files === null || this.#store === null) return null;
    const before = await storedManifest(this.#store, hash).catch(() => null);
    if (before === null) return null;
    const { folder, files, leavesOut, bystanders } = this.#files;
    const paths = before.map(({ path }) => path);
    const leftOut = bystanders.among(paths, contentPath(this.#store, hash));
    const isOut = (path: string): boolean =>
      path === ignoreFile ||
      leftOut.has(path) ||
      upwardOf(path).some((at) => leavesOut(at, at !== path, join(folder, at)));
    return changesBetween(before, files, (path) => !isOut(path));
  }
}

/** `a`, `a/b` and `a/b/c` of `a/b/c`. */
const upwardOf = (path: string): string[] => {
  const parts = path.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
};

/** The hash by which a version of labsweep that counted sweep files and inventories knew the folder as it is. */
async function hashOfAll({ folder, files, bystanders }: ProgramFiles): Promise<ContentHash> {
  const counted = [...bystanders.found].filter(([, kind]) => kind === 'sweep file' || kind === 'inventory');
  const others: Manifest = await Promise.all(
    counted.map(async ([path]) => {
      const file = join(folder, path);
      const executable = (statSync(file).mode & 0o100) !== 0;
      return { path, executable, ...(await hashFile(file)) };
    }),
  );
  return manifestHash([...files, ...others].sort(byPathBytes));
}
