import { problemText } from '../content/problem.ts';
import { type ManifestOptions, readManifest } from '../content/read-manifest.ts';
import { snapshot } from '../content/snapshot.ts';
import { hasContent } from '../content/store.ts';
import type { ContentHash } from '../model/ids.ts';
import { CommandError } from './exit.ts';

/**
 * Takes a folder into a content store and says under which hash; without a store it only says the hash.
 *
 * @throws CommandError where something in it cannot be sent to hosts, or changed while it was read
 */
export async function takeIn(
  folder: string,
  store: string | null,
  ignore: ManifestOptions['ignore'],
): Promise<ContentHash> {
  const read = await readManifest(folder, { ignore });
  if (read.kind === 'refused')
    throw new CommandError(read.problems.map((problem) => `${folder}: ${problemText(problem)}`).join('\n'));
  if (store === null || (await hasContent(store, read.hash))) return read.hash;
  const stored = await snapshot(folder, read.manifest, store);
  if (stored.kind === 'changed')
    throw new CommandError(
      `${stored.paths.join(', ')} changed while ${folder} was read; run the command again.`,
    );
  return read.hash;
}
