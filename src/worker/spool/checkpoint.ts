import { lstatSync, mkdirSync, opendirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeptRead, readKept } from '../../content/kept-folder.ts';
import { unpackKept } from '../../content/unpack.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { KeptFolder } from '../../model/kept-folder.ts';
import { formatSize } from '../../model/size.ts';
import { mostCheckpointBytes } from '../../protocol/messages.ts';
import { checkpointFolder, checkpointsFolder, type HostFolder } from './host-folder.ts';
import { reopen } from './reopen.ts';
import { isEmptyFolder, isFolder } from './trials-folder.ts';

/** They are listed in one message, with their paths. */
const mostFiles = 100_000;
const mostPathChars = 16 * 1024 ** 2;
/** More files than this are not looked at while everything else waits. */
const mostLookedAt = 10_000;

/**
 * What a trial has left for its next attempt, in bytes: more than none where there are but empty files, which may be
 * marks, and less than all where there are very many; null where it cannot be told. A link leads to nothing of ours.
 */
export function checkpointBytes(host: HostFolder, trial: string): number | null {
  const folder = checkpointFolder(host, trial);
  reopen(folder);
  try {
    return isFolder(folder) ? bytesBelow(folder, { files: mostLookedAt }) : 0;
  } catch {
    return null;
  }
}

/** Whether it has left anything; a look costs one system call or two. */
export function hasCheckpoint(host: HostFolder, trial: string): boolean {
  return !isEmptyFolder(checkpointFolder(host, trial));
}

function bytesBelow(folder: string, left: { files: number }): number {
  let bytes = 0;
  const open = opendirSync(folder);
  try {
    for (let entry = open.readSync(); entry !== null && left.files > 0; entry = open.readSync()) {
      const path = join(folder, entry.name);
      left.files -= 1;
      bytes += entry.isDirectory() ? bytesBelow(path, left) : Math.max(1, lstatSync(path).size);
    }
  } finally {
    open.closeSync();
  }
  return bytes;
}

type Listed =
  | { readonly kind: 'kept'; readonly kept: KeptFolder }
  | { readonly kind: 'refused'; readonly problem: string };

/** All that a trial finds again there, with the hashes of its files, for who takes it along. */
export async function listCheckpoint(host: HostFolder, trial: string): Promise<Listed> {
  try {
    const folder = checkpointFolder(host, trial);
    reopen(folder);
    if (!isFolder(folder)) return { kind: 'kept', kept: { files: [], others: [] } };
    const read = await readKept(folder, { most: mostFiles, bytes: mostCheckpointBytes });
    if (read.kind !== 'kept') return refused(problemText(read));
    const { files, others } = read.kept;
    const chars = JSON.stringify(
      [...files, ...others].map((entry) => [entry.path, 'target' in entry ? entry.target : '']),
    );
    return chars.length <= mostPathChars ? read : refused('has paths of over 16 MiB together');
  } catch (error) {
    return refused(`cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const refused = (what: string): Listed => ({ kind: 'refused', problem: `its checkpoint ${what}` });

/** What follows `its checkpoint`. */
function problemText(problem: Exclude<KeptRead, { kind: 'kept' }>): string {
  switch (problem.kind) {
    case 'link-leaves':
      return `has ${problem.path}, a link out of its folder`;
    case 'odd-name':
      return `has ${problem.path}, a name that is not UTF-8`;
    case 'too-many':
      return `has more than ${mostFiles} files`;
    case 'too-large':
      return `is ${formatSize(problem.bytes)}, and ${formatSize(mostCheckpointBytes)} is the most that is carried`;
    default:
      return problem satisfies never;
  }
}

const draftOf = (host: HostFolder, trial: string): string => join(host.root, 'restored', trial);

/**
 * Unpacks a checkpoint beside those of this host. One at a time of each trial.
 *
 * @returns why not; null where all of it is there, synced
 */
export async function unpackCheckpoint(
  host: HostFolder,
  trial: string,
  hash: ContentHash,
  path: string,
): Promise<string | null> {
  const draft = draftOf(host, trial);
  try {
    removeDraft(draft);
    mkdirSync(join(host.root, 'restored'), { recursive: true, mode: 0o700 });
    const refusal = await unpackKept(draft, hash, path);
    return refusal?.problem ?? null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Puts what was unpacked in the place of a trial's own, whole or not at all. At once: nothing of the trial may start meanwhile. */
export function placeCheckpoint(host: HostFolder, trial: string): string | null {
  const [place, draft] = [checkpointFolder(host, trial), draftOf(host, trial)];
  const former = `${draft}.former`;
  // A folder that may not be written cannot be moved either (rename(2), EACCES).
  reopen(place);
  try {
    rmSync(former, { recursive: true, force: true });
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) renameSync(place, former);
    renameSync(draft, place);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rm(former, { recursive: true, force: true }).catch(() => {});
  }
}

/** What was unpacked is not wanted. At once: the next may be unpacked in the same place. */
export const discardDraft = (host: HostFolder, trial: string): void => removeDraft(draftOf(host, trial));

/** It may hold folders that are closed, as they were on the host that it came from. */
function removeDraft(draft: string): void {
  reopen(draft);
  rmSync(draft, { recursive: true, force: true });
}

/** Removes the checkpoint of a trial whose result is in the ledger. Empty ones, which most are, wait for an idle moment. */
export function dropCheckpoint(host: HostFolder, trial: string): void {
  const folder = checkpointFolder(host, trial);
  if (isEmptyFolder(folder)) return;
  reopen(folder);
  // What cannot be removed is in nobody's way.
  rm(folder, { recursive: true, force: true }).catch(() => {});
}

/**
 * Removes empty checkpoint folders, which nothing would continue from, and what was half restored when an agent ended.
 * Not at the end of each trial, because deleting a folder costs ext4 more than starting a program.
 */
export function tidyCheckpoints(host: HostFolder): void {
  try {
    removeDraft(join(host.root, 'restored'));
  } catch {
    // In nobody's way.
  }
  const checkpoints = checkpointsFolder(host);
  for (const trial of isFolder(checkpoints) ? readdirSync(checkpoints) : []) {
    try {
      rmdirSync(checkpointFolder(host, trial));
    } catch {
      // Not empty: a trial may go on from it.
    }
  }
}
