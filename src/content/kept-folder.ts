/** What is needed to find a folder again on another host as it was (model/kept-folder.ts). Links are kept, not followed. */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { lstat, opendir, readlink, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { canonicalJson } from '../model/grid/canonical.ts';
import { type ContentHash, contentHash } from '../model/ids.ts';
import { isInnerLink, type KeptFile, type KeptFolder, type KeptOther } from '../model/kept-folder.ts';
import { hashFile } from './hash-file.ts';
import { byPathBytes } from './manifest.ts';
import { mapSome } from './map-some.ts';

/** By what a pack is asked for: it vouches for all that there is to find again. */
export const keptHash = ({ files, others }: KeptFolder): ContentHash =>
  contentHash(createHash('sha256').update(canonicalJson({ files, others })).digest('hex'));

export interface KeptBounds {
  /** Of files, folders and links together. */
  readonly most: number;
  readonly bytes: number;
}

export type KeptRead =
  | { readonly kind: 'kept'; readonly kept: KeptFolder }
  | { readonly kind: 'too-many' }
  | { readonly kind: 'too-large'; readonly bytes: number }
  | { readonly kind: 'link-leaves' | 'odd-name'; readonly path: string };

type Refused = Exclude<KeptRead, { kind: 'kept' }>;

/** Sockets, pipes and devices are left out: nothing of them can be carried. @throws the system's error */
export async function readKept(folder: string, { most, bytes }: KeptBounds): Promise<KeptRead> {
  const walk: Walk = {
    root: await realpath(folder),
    most,
    files: [],
    others: [],
    names: new Map(),
    refused: null,
  };
  await visitFolder(walk, '');
  if (walk.refused !== null) return walk.refused;
  const total = walk.files.reduce((sum, { size }) => sum + size, 0);
  if (total > bytes) return { kind: 'too-large', bytes: total };
  const files = await mapSome(
    8,
    walk.files.sort(byPathBytes),
    async ({ path, mode, mtime }): Promise<KeptFile> => {
      const executable = (mode & 0o100) !== 0;
      return { path, executable, ...(await hashFile(join(walk.root, path))), mode, mtime };
    },
  );
  return { kind: 'kept', kept: { files, others: walk.others } };
}

interface Walk {
  readonly root: string;
  readonly most: number;
  readonly files: {
    readonly path: string;
    readonly size: number;
    readonly mode: number;
    readonly mtime: string;
  }[];
  readonly others: KeptOther[];
  /** Files with several names: the one that was found first, by device and inode. */
  readonly names: Map<string, string>;
  refused: Refused | null;
}

async function visitFolder(walk: Walk, folder: string): Promise<void> {
  const absolute = join(walk.root, folder);
  walk.others.push({ kind: 'folder', path: folder, ...stampOf(await lstat(absolute, { bigint: true })) });
  // One after the other: a folder may have a million.
  for await (const { name } of await opendir(absolute, { bufferSize: 256 })) {
    if (walk.files.length + walk.others.length > walk.most) walk.refused ??= { kind: 'too-many' };
    const path = folder === '' ? name : `${folder}/${name}`;
    if (path.includes('\uFFFD')) walk.refused ??= { kind: 'odd-name', path };
    if (walk.refused !== null) return;
    await visit(walk, path);
  }
}

async function visit(walk: Walk, path: string): Promise<void> {
  const stats = await lstat(join(walk.root, path), { bigint: true });
  if (stats.isDirectory()) return visitFolder(walk, path);
  if (stats.isSymbolicLink()) return visitLink(walk, path, stats);
  if (!stats.isFile()) return;
  const inode = `${stats.dev}:${stats.ino}`;
  const as = walk.names.get(inode);
  if (as !== undefined) return void walk.others.push({ kind: 'same', path, as });
  if (stats.nlink > 1n) walk.names.set(inode, path);
  walk.files.push({ path, size: Number(stats.size), ...stampOf(stats) });
}

/**
 * By a target that holds on every host: folders have other paths there. What was rotated away may have left a link to
 * nothing behind; where that was outside, nobody misses the link.
 */
async function visitLink(walk: Walk, path: string, stats: BigIntStats): Promise<void> {
  const absolute = join(walk.root, path);
  const written = await readlink(absolute);
  const real = await realpath(absolute).catch(() => null);
  if (real !== null && real !== walk.root && !real.startsWith(walk.root + sep))
    return void (walk.refused ??= { kind: 'link-leaves', path });
  const above = dirname(absolute);
  const plain = isAbsolute(written) ? relative(above, written) : normalize(written).replace(/\/$/, '');
  const targets = [plain, real === null ? null : relative(above, real) || '.'];
  const target = targets.find((each) => each !== null && isInnerLink(path, each));
  if (target != null) walk.others.push({ kind: 'link', path, target, mtime: String(stats.mtimeNs) });
}

const stampOf = ({ mode, mtimeNs }: BigIntStats): { readonly mode: number; readonly mtime: string } => ({
  mode: Number(mode) & 0o777,
  mtime: String(mtimeNs),
});
