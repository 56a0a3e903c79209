/** What a state folder keeps by a name: a record in a folder of its kind, the files in the content store. */
import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError } from './exit.ts';
import { readFolder } from './take-in.ts';

export const storeFolder = (stateFolder: string): string => join(stateFolder, 'content');

export const recordFile = (stateFolder: string, kind: string, name: string): string =>
  join(stateFolder, kind, `${name}.json`);

/**
 * Has `make` fill an empty folder, takes its files into the store and writes the record that `make` has of them.
 *
 * @throws what `make` does; a state folder that was made for it is gone again
 */
export async function keepByName<Made, Kept extends object>(
  stateFolder: string,
  kind: string,
  name: string,
  make: (into: string) => Promise<{ readonly folder: string; readonly made: Made }>,
  recordOf: (made: Made, content: string) => Kept,
): Promise<{ readonly made: Made; readonly record: Kept }> {
  const first = mkdirSync(join(stateFolder, kind), { recursive: true, mode: 0o700 });
  const into = await mkdtemp(join(stateFolder, 'draft-'));
  try {
    const { folder, made } = await make(into);
    const read = await readFolder(folder, 'nothing', (problems) => new CommandError(problems.join('\n')));
    await read.keep(storeFolder(stateFolder));
    const record = recordOf(made, read.hash);
    const file = recordFile(stateFolder, kind, name);
    writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.part`, file);
    return { made, record };
  } catch (error) {
    await rm(into, { recursive: true, force: true });
    if (first !== undefined) removeEmpty([join(stateFolder, kind), stateFolder]);
    throw error;
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}

/** Folders that hold something by now stay. */
function removeEmpty(folders: readonly string[]): void {
  try {
    for (const folder of folders) rmdirSync(folder);
  } catch {
    // Somebody else works there.
  }
}
