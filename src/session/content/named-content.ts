/** What a state folder keeps by a name: a record in a folder of its kind, the files in the content store. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { draftPath, makeDraft } from '../../content/drafts.ts';
import { removeTree } from '../../content/tree.ts';
import { SessionError } from '../session-error.ts';
import type { ContentHash } from '../../model/ids.ts';
import { readFolder } from './take-in.ts';

export const storeFolder = (stateFolder: string): string => join(stateFolder, 'content');

const recordFile = (stateFolder: string, kind: string, name: string): string =>
  join(stateFolder, kind, `${name}.json`);

/** The record of a name, or null where there is none. @throws SessionError where it is no such record */
export function readRecord<Kept>(
  schema: z.ZodType<Kept>,
  stateFolder: string,
  kind: string,
  name: string,
): Kept | null {
  const file = recordFile(stateFolder, kind, name);
  if (!existsSync(file)) return null;
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new SessionError(`${file} cannot be read; remove it, and make ${name} again.`, { cause });
  }
}

/**
 * Has `make` fill a folder in an empty draft, takes its files into the store and writes the record of them. What a crash
 * leaves of a draft goes with the next one, a day later.
 *
 * @throws what `make` does; a state folder that was made for it is gone again
 */
export async function keepByName<Made, Kept extends object>(
  stateFolder: string,
  kind: string,
  name: string,
  make: (draft: string) => Promise<{ readonly folder: string; readonly made: Made }>,
  recordOf: (made: Made, content: ContentHash) => Kept,
): Promise<{ readonly made: Made; readonly record: Kept }> {
  const first = mkdirSync(join(stateFolder, kind), { recursive: true, mode: 0o700 });
  const drafts = join(stateFolder, 'drafts');
  const draft = draftPath(drafts);
  try {
    await makeDraft(drafts, draft);
    const { folder, made } = await make(draft);
    const read = await readFolder(folder, 'nothing', (problems) => new SessionError(problems.join('\n')));
    await read.keep(storeFolder(stateFolder));
    const record = recordOf(made, read.hash);
    const file = recordFile(stateFolder, kind, name);
    writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.part`, file);
    return { made, record };
  } finally {
    await removeTree(draft);
    removeEmpty(drafts);
    if (first !== undefined) [join(stateFolder, kind), stateFolder].forEach(removeEmpty);
  }
}

/** A folder that holds something stays. */
function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something is in it, of this or of somebody else who works there.
  }
}
