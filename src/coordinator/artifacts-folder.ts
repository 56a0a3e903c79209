/** What trials have left behind, on this machine: `artifacts/ATTEMPT` in the state folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWholeFile } from '../ledger/store/whole-file.ts';
import type { AttemptId } from '../model/ids.ts';
import type { ArtifactFiles } from './core/events.ts';
import { insideOf } from './fleet/artifact-fetcher.ts';

/** Where an attempt's artifacts lie in the state folder. */
export const artifactsFolder = (folder: string, attempt: AttemptId): string =>
  join(folder, 'artifacts', attempt);

/**
 * Keeps what came with an end. It is on the disk when this returns, since the acknowledgement follows, and after that
 * nobody tells of the end again (P1).
 *
 * @throws the system's error when the disk refuses
 */
export function storeArtifacts(folder: string, attempt: AttemptId, files: ArtifactFiles): void {
  for (const { path, base64 } of files) {
    const file = insideOf(artifactsFolder(folder, attempt), path);
    if (file === null) continue;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeWholeFile(file, (unfinished) => writeFileSync(unfinished, Buffer.from(base64, 'base64')));
  }
}
