/** What a trial put into its artifacts folder: listed by size and hash when it ends, sent along where it is small. */
import { readdirSync, readFileSync } from 'node:fs';
import { collect } from '../../content/collect.ts';
import { hashFile } from '../../content/hash-file.ts';
import type { Artifact } from '../../model/attempt-end.ts';
import type { Launch } from '../../model/launch.ts';
import { reopen } from './reopen.ts';

/** Artifacts of up to this size together travel with the result. */
const inlineBytes = 1024 ** 2;

/** Every file below `folder`, hashed; at once where there is none, which is most trials' case. */
export function listArtifacts(
  folder: string,
  fetch: Launch['artifacts'],
): readonly Artifact[] | Promise<readonly Artifact[]> {
  reopen(folder);
  if (isEmpty(folder)) return [];
  return collect(folder, fetch).then(({ artifacts }) => artifacts);
}

/** Those of an end's artifacts that travel with it: what the sweep asks for, as far as it is small together. */
export function inlineFiles(
  folder: string,
  artifacts: readonly Artifact[],
): { path: string; base64: string }[] {
  let room = inlineBytes;
  return artifacts.flatMap(({ path, sizeBytes, comesBack }) => {
    if (!comesBack || sizeBytes > room) return [];
    try {
      const base64 = readFileSync(`${folder}/${path}`).toString('base64');
      room -= sizeBytes;
      return [{ path, base64 }];
    } catch {
      return []; // the result does not wait for it; who asks for it is told what is wrong
    }
  });
}

/** Whether every artifact is there with the size and hash that its seal says. Never rejects. */
export async function verifyArtifacts(folder: string, artifacts: readonly Artifact[]): Promise<boolean> {
  try {
    for (const { path, sizeBytes, sha256 } of artifacts) {
      const found = await hashFile(`${folder}/${path}`);
      if (found.size !== sizeBytes || found.sha256 !== sha256) return false;
    }
    return true;
  } catch {
    return false;
  }
}

function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}
