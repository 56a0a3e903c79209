import { readdirSync, rmdirSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { problemText } from '../../content/problem.ts';
import { readManifest } from '../../content/read-manifest.ts';
import { syncFolder } from '../../content/tree.ts';
import { unpackFolder } from '../../content/unpack.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { Manifest } from '../../model/manifest.ts';
import { formatSize } from '../../model/size.ts';
import { checkpointFolder, type HostFolder } from './host-folder.ts';

/** What is carried to another host at most: beyond it a link is busy for longer than most trials run. */
const mostBytes = 2 * 1024 ** 3;

/** What a trial has left for its next attempt, in bytes. */
export function checkpointBytes(host: HostFolder, trial: string): number {
  try {
    return bytesBelow(checkpointFolder(host, trial));
  } catch {
    return 0;
  }
}

function bytesBelow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? bytesBelow(path) : statSync(path).size;
  }
  return bytes;
}

type Listed =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'refused'; readonly problem: string };

/** Its files with their hashes, for who takes it along. */
export async function listCheckpoint(host: HostFolder, trial: string): Promise<Listed> {
  const bytes = checkpointBytes(host, trial);
  if (bytes > mostBytes)
    return {
      kind: 'refused',
      problem: `it is ${formatSize(bytes)}, and ${formatSize(mostBytes)} is the most that is carried`,
    };
  const read = await readManifest(checkpointFolder(host, trial), { ignore: 'nothing' });
  if (read.kind === 'manifest') return read;
  return { kind: 'refused', problem: read.problems.map(problemText).join('; ') };
}

/**
 * Puts a packed checkpoint in the place of a trial's own, whole or not at all.
 *
 * @returns why not; null where it is there
 */
export async function replaceCheckpoint(
  host: HostFolder,
  trial: string,
  hash: ContentHash,
  path: string,
): Promise<string | null> {
  const place = checkpointFolder(host, trial);
  const draft = join(host.root, 'restored', trial);
  try {
    await rm(draft, { recursive: true, force: true });
    await mkdir(join(host.root, 'restored'), { recursive: true, mode: 0o700 });
    const refused = await unpackFolder(draft, hash, path);
    if (refused !== null) return refused.problem;
    await syncFolder(draft);
    await rm(place, { recursive: true, force: true });
    await rename(draft, place);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => {});
  }
}

/** Removes the checkpoint of a trial whose result is in the ledger. Empty ones, which most are, wait for an idle moment. */
export function dropCheckpoint(host: HostFolder, trial: string): void {
  const folder = checkpointFolder(host, trial);
  // What cannot be removed is in nobody's way.
  if (!isEmpty(folder)) rm(folder, { recursive: true, force: true }).catch(() => {});
}

/**
 * Removes empty checkpoint folders: nothing would continue from them. Not at the end of each trial, because deleting
 * a folder costs ext4 more than starting a program.
 */
export function tidyCheckpoints(host: HostFolder): void {
  for (const trial of readdirSync(`${host.root}/checkpoints`)) {
    try {
      rmdirSync(checkpointFolder(host, trial));
    } catch {
      // Not empty: a trial may go on from it.
    }
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}
