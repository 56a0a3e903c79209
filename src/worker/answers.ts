/** Questions about the host's files, answered from the disk. A problem is an answer too. */
import { realpathSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { contentHash } from '../model/ids.ts';
import type { FromAgent } from '../protocol/messages.ts';
import { isPlainName } from './core/plain-name.ts';
import type { ContentKeeper } from './spool/content-keeper.ts';
import { type HostFolder, runFolder } from './spool/host-folder.ts';
import { readBytes } from './spool/log-file.ts';

/** What one answer carries at most; who wants more asks again. */
const chunkBytes = 512 * 1024;

export function readLog(host: HostFolder, attempt: string, asked: number, ended: boolean): FromAgent {
  const answer = { kind: 'log', attempt } as const;
  try {
    const path = runFolder(host, nameOf(attempt)).log;
    const { size } = statSync(path);
    // A log that was cut is shorter than what its reader has seen: it goes on at the end.
    const offset = Math.min(asked, size);
    const bytes = readBytes(path, offset, chunkBytes);
    const complete = ended && offset + bytes.length >= size;
    return { ...answer, offset, base64: bytes.toString('base64'), complete, problem: null };
  } catch (error) {
    return {
      ...answer,
      offset: asked,
      base64: '',
      complete: true,
      problem: `there is no log: ${wordsOf(error)}`,
    };
  }
}

export function readArtifact(host: HostFolder, attempt: string, path: string, offset: number): FromAgent {
  const answer = { kind: 'artifact', attempt, path, offset } as const;
  try {
    const file = below(runFolder(host, nameOf(attempt)).artifacts, path);
    const bytes = readBytes(file, offset, chunkBytes);
    const complete = offset + bytes.length >= statSync(file).size;
    return { ...answer, base64: bytes.toString('base64'), complete, problem: null };
  } catch (error) {
    return { ...answer, base64: '', complete: true, problem: `it cannot be read: ${wordsOf(error)}` };
  }
}

export async function checkContent(keeper: ContentKeeper, hash: string): Promise<FromAgent> {
  if (!isPlainName(hash)) return content(hash, false, 'this is no hash');
  return content(hash, await keeper.has(contentHash(hash)), null);
}

/** Unpacks what was put on the host, and removes the pack: it is of no use then, whatever came of it. */
export async function unpackContent(
  keeper: ContentKeeper,
  host: HostFolder,
  hash: string,
  path: string,
): Promise<FromAgent> {
  const incoming = join(host.folder, 'incoming') + sep;
  if (!isPlainName(hash) || !join(path).startsWith(incoming))
    return content(hash, false, `${path} is not below ${incoming}`);
  const unpacked = await keeper.unpack(contentHash(hash), path);
  await rm(path, { force: true });
  return unpacked.kind === 'stored' ? content(hash, true, null) : content(hash, false, unpacked.problem);
}

const content = (hash: string, present: boolean, problem: string | null): FromAgent => ({
  kind: 'content',
  hash,
  present,
  problem,
});

function nameOf(attempt: string): string {
  if (!isPlainName(attempt)) throw new Error(`${attempt} is no attempt`);
  return attempt;
}

/** The real path of a file in a folder. @throws where it is not in it, by its name or by a link */
function below(folder: string, path: string): string {
  const root = realpathSync(folder);
  const file = realpathSync(join(root, path));
  if (!file.startsWith(root + sep)) throw new Error(`${path} is not among the artifacts`);
  return file;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
