import { problemText } from '../../content/problem.ts';
import { type Besides, type ManifestOptions, readManifest } from '../../content/read-manifest.ts';
import { snapshot } from '../../content/snapshot.ts';
import { hasContent } from '../../content/store.ts';
import type { ContentHash } from '../../model/ids.ts';
import type { LeavesOut } from '../../content/walk.ts';
import type { Manifest } from '../../model/manifest.ts';
import { SessionError } from '../session-error.ts';

/** A folder that may be sent to hosts, known by its hash; nothing is written yet. */
export interface ReadFolder {
  readonly hash: ContentHash;
  readonly files: Manifest;
  /** Of a path that the folder has, or has had. */
  readonly leavesOut: LeavesOut;
  /** Takes the files, as they were read, into a content store. @throws SessionError where one has changed since */
  readonly keep: (store: string) => Promise<void>;
}

/**
 * @param refuse makes the error of what cannot be sent to hosts, from a line for each problem
 * @param besides what lies in it and does not count
 */
export async function readFolder(
  folder: string,
  ignore: ManifestOptions['ignore'],
  refuse: (problems: readonly string[]) => SessionError,
  besides?: Besides,
): Promise<ReadFolder> {
  const read = await readManifest(folder, { ignore, ...(besides && { besides }) });
  if (read.kind === 'refused') throw refuse(read.problems.map(problemText));
  const keep = async (store: string): Promise<void> => {
    if (await hasContent(store, read.hash)) return;
    const stored = await snapshot(folder, read.manifest, store);
    if (stored.kind === 'changed')
      throw new SessionError(
        `${stored.paths.join(', ')} changed while ${folder} was read: run the command again. A file that something writes ` +
          'all the time, such as the log of a command, belongs elsewhere, or into .labsweepignore.',
      );
  };
  return { hash: read.hash, files: read.manifest, leavesOut: read.leavesOut, keep };
}
