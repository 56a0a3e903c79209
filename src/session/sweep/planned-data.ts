import type { ResolvedData } from '../../coordinator/declaration.ts';
import { contentHash } from '../../model/ids.ts';
import type { ProgramDescription } from '../../model/program.ts';
import { readDataRecord, resolveData } from '../content/data-sets.ts';
import { shippedData } from '../package-files.ts';
import type { LoadedSweep } from './sweep-source.ts';

/** What has to be there before a run, and how it gets there. */
export interface Missing {
  readonly what: string;
  readonly remedy: string;
}

/** The data set where it is there; a stand-in where it is not, so that counts can be shown before an import. */
export async function plannedData(
  loaded: LoadedSweep,
  description: ProgramDescription | null,
  stateFolder: string | null,
): Promise<{ resolved: ResolvedData | null; missing: readonly Missing[] }> {
  const { data } = loaded.sweep;
  const record =
    data?.kind === 'named' && stateFolder !== null ? readDataRecord(stateFolder, data.name) : null;
  if (data?.kind !== 'named' || record !== null) {
    const resolved = await resolveData(stateFolder ?? '', loaded, description, () => {});
    return { resolved, missing: [] };
  }
  const remedy =
    shippedData(data.name) === null
      ? `labsweep data import ${data.name} FOLDER`
      : 'it comes with labsweep and is imported by the first run';
  return {
    resolved: {
      name: data.name,
      identity: { name: data.name, version: 'not imported' },
      launch: { kind: 'content', hash: contentHash('not-imported'), name: data.name },
      shape: { words: data.words ?? description?.defaultWords ?? [] },
    },
    missing: [{ what: `data set ${data.name}`, remedy }],
  };
}
