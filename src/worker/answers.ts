/** Questions about the host's files, answered from the disk. A problem is an answer too. */
import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type ContentHash, isPlainName } from '../model/ids.ts';
import type { FileFolder, FromAgent } from '../protocol/messages.ts';
import { listCheckpoint, unpackCheckpoint } from './spool/checkpoint.ts';
import type { ContentKeeper } from './spool/content-keeper.ts';
import { checkpointFolder, type HostFolder, runFolder } from './spool/host-folder.ts';
import type { AttemptSecrets } from './secrets/attempt-secrets.ts';
import { chunkBytes, readRedacted } from './secrets/read-redacted.ts';
import { readBytes } from './spool/log-file.ts';

export function readLog(
  host: HostFolder,
  secrets: AttemptSecrets,
  {
    attempt,
    offset: asked,
    ended,
  }: { readonly attempt: string; readonly offset: number; readonly ended: boolean },
): FromAgent {
  const answer = { kind: 'log', attempt } as const;
  try {
    const run = runFolder(host, nameOf(attempt));
    const { bytes, offset, next, complete } = readRedacted(run.log, secrets.of(attempt), asked, ended);
    return { ...answer, offset, next, base64: bytes.toString('base64'), complete, problem: null };
  } catch (error) {
    const problem = `there is no log: ${wordsOf(error)}`;
    return { ...answer, offset: asked, next: null, base64: '', complete: true, problem };
  }
}

export function readFileOf(host: HostFolder, of: FileFolder, path: string, offset: number): FromAgent {
  const answer = { kind: 'file', of, path, offset } as const;
  try {
    const folder = folderOf(host, of);
    const { bytes, sizeBytes } = readBytes(`${folder}/${path}`, offset, chunkBytes, folder);
    const complete = offset + bytes.length >= sizeBytes;
    return { ...answer, base64: bytes.toString('base64'), complete, problem: null };
  } catch (error) {
    return { ...answer, base64: '', complete: true, problem: `it cannot be read: ${wordsOf(error)}` };
  }
}

const folderOf = (host: HostFolder, of: FileFolder): string =>
  of.kind === 'artifacts'
    ? runFolder(host, nameOf(of.attempt)).artifacts
    : checkpointFolder(host, nameOf(of.trial));

/** What of a trial lies here for its next attempt. */
export async function describeCheckpoint(
  host: HostFolder,
  trial: string,
  redact: (text: string) => string,
): Promise<FromAgent> {
  const answer = { kind: 'checkpoint', trial } as const;
  const read = await listCheckpoint(host, trial);
  const { files, others } = read.kind === 'kept' ? read.kept : { files: [], others: [] };
  const problem = read.kind === 'kept' ? null : redact(read.problem);
  return { ...answer, kept: { files: [...files], others: [...others] }, problem };
}

/** Unpacks a checkpoint that was brought from another host, and removes its pack. @returns why not, or null */
export async function takeCheckpoint(
  host: HostFolder,
  trial: string,
  hash: ContentHash,
  path: string,
): Promise<string | null> {
  const misplaced = misplacement(host, hash, path);
  if (misplaced !== null) return misplaced;
  const problem = await unpackCheckpoint(host, trial, hash, path);
  await rm(path, { force: true });
  return problem;
}

/** Why nothing is taken from there; null where it may be. */
function misplacement(host: HostFolder, hash: ContentHash, path: string): string | null {
  const incoming = join(host.folder, 'incoming') + sep;
  return isPlainName(hash) && join(path).startsWith(incoming) ? null : `${path} is not below ${incoming}`;
}

export async function checkContent(keeper: ContentKeeper, hash: ContentHash): Promise<FromAgent> {
  if (!isPlainName(hash)) return content(hash, false, 'this is no hash');
  return content(hash, await keeper.has(hash), null);
}

/** Unpacks what was put on the host, and removes the pack: it is of no use then, whatever came of it. */
export async function unpackContent(
  keeper: ContentKeeper,
  host: HostFolder,
  hash: ContentHash,
  path: string,
): Promise<FromAgent> {
  const misplaced = misplacement(host, hash, path);
  if (misplaced !== null) return content(hash, false, misplaced);
  const unpacked = await keeper.unpack(hash, path);
  await rm(path, { force: true });
  return unpacked.kind === 'stored' ? content(hash, true, null) : content(hash, false, unpacked.problem);
}

const content = (hash: ContentHash, present: boolean, problem: string | null): FromAgent => ({
  kind: 'content',
  hash,
  present,
  problem,
});

function nameOf(attempt: string): string {
  if (!isPlainName(attempt)) throw new Error(`${attempt} is no attempt`);
  return attempt;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
