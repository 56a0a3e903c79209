/** What trials have left behind, on this machine: `artifacts/ATTEMPT` in the state folder. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AttemptId } from '../model/ids.ts';
import type { ArtifactFiles } from './core/events.ts';
import { writeArtifact } from './fleet/artifact-files.ts';

/** Where an attempt's artifacts lie in the state folder. */
export const artifactsFolder = (folder: string, attempt: AttemptId): string =>
  join(folder, 'artifacts', attempt);

/** On the same disk, for what is on its way. */
export const partsFolder = (folder: string): string => join(folder, 'fetching');

/** What an earlier coordinator left half fetched is fetched anew. */
export const forgetParts = (folder: string): void =>
  rmSync(partsFolder(folder), { recursive: true, force: true });

/**
 * Keeps what came with an end. It is on the disk when this returns, since the acknowledgement follows, and after that
 * nobody tells of the end again (P1).
 *
 * @throws the system's error when the disk refuses
 */
export function storeArtifacts(folder: string, attempt: AttemptId, files: ArtifactFiles): void {
  for (const { path, base64 } of files)
    writeArtifact(artifactsFolder(folder, attempt), partsFolder(folder), path, Buffer.from(base64, 'base64'));
}
