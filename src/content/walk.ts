/** Finds the regular files of a folder. Links are followed as long as they stay inside. */
import type { Stats } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ContentProblem } from './problem.ts';

export interface FoundFile {
  /** Below the folder, `/` between its parts. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

export interface Found {
  readonly files: FoundFile[];
  readonly problems: ContentProblem[];
}

/** What to leave out: asked with the path below the folder, and the absolute one. */
export type LeavesOut = (path: string, isFolder: boolean, absolute: string) => boolean;

export async function walk(folder: string, leavesOut: LeavesOut): Promise<Found> {
  const found: Found = { files: [], problems: [] };
  const root = await realpath(folder).catch(() => null);
  if (root === null || !(await stat(root)).isDirectory())
    found.problems.push({ kind: 'no-folder', path: folder });
  else await walkFolder({ root, leavesOut, found }, '', [root]);
  return found;
}

interface Walk {
  readonly root: string;
  readonly leavesOut: LeavesOut;
  readonly found: Found;
}

/** @param above real paths of the folder and those that it lies in: a link back to one of them has no end */
async function walkFolder(walk: Walk, folder: string, above: readonly string[]): Promise<void> {
  // One after the other: a folder may have a million.
  for await (const entry of await opendir(join(walk.root, folder), { bufferSize: 256 })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    try {
      await visit(walk, path, entry.isSymbolicLink(), above);
    } catch (error) {
      walk.found.problems.push({ kind: 'unreadable', path, message: messageOf(error) });
    }
  }
}

async function visit(walk: Walk, path: string, isLink: boolean, above: readonly string[]): Promise<void> {
  const { root, found, leavesOut } = walk;
  const absolute = join(root, path);
  const target = isLink ? await realpath(absolute).catch(() => null) : absolute;
  const stats = target === null ? null : await stat(target);
  if (leavesOut(path, stats?.isDirectory() ?? false, absolute)) return;
  if (target === null || stats === null) return void found.problems.push({ kind: 'link-broken', path });
  if (path.includes('\uFFFD')) return void found.problems.push({ kind: 'odd-name', path });
  if (isLink && target !== root && !target.startsWith(`${root}${sep}`))
    return void found.problems.push({ kind: 'link-leaves', path, target });
  if (stats.isFile()) return void found.files.push(describe(path, stats));
  if (!stats.isDirectory()) return; // a socket, a pipe, a device: nothing that can be copied
  const real = isLink ? target : await realpath(absolute);
  if (above.includes(real)) return void found.problems.push({ kind: 'link-loop', path });
  await walkFolder(walk, path, [...above, real]);
}

/** As git does: the owner's bit says whether a file is a program. */
const describe = (path: string, stats: Stats): FoundFile => ({
  path,
  sizeBytes: stats.size,
  executable: (stats.mode & 0o100) !== 0,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
