/** The data sets of a state folder: a record by name, the clips in the content store. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { contentHashSchema } from '../../model/ids.ts';
import type { ResolvedData } from '../../coordinator/declaration.ts';
import { nearestName } from '../../model/source/nearest.ts';
import type { ProgramDescription } from '../../model/program.ts';
import { DatasetError } from '../../programs/cnn1d/dataset/dataset-error.ts';
import {
  importDataset,
  type ImportedDataset,
  type ImportProgress,
} from '../../programs/cnn1d/dataset/import-dataset.ts';
import { SessionError } from '../session-error.ts';
import { keepByName, readRecord } from './named-content.ts';
import { shippedData } from '../package-files.ts';
import { type LoadedSweep, refusalAt } from '../sweep/sweep-source.ts';
import { record } from '../../model/own.ts';

export const dataRecordSchema = z.object({
  name: z.string(),
  /** The data set's identity: hash of the manifest of its source. */
  hash: contentHashSchema,
  /** The packed clips in the content store. */
  content: contentHashSchema,
  words: z.array(z.string()),
  clips: z.number(),
  counts: record(z.string(), z.object({ train: z.number(), validation: z.number(), test: z.number() })),
  source: z.string(),
});
export type DataRecord = Readonly<z.infer<typeof dataRecordSchema>>;

const kind = 'data';

export const readDataRecord = (stateFolder: string, name: string): DataRecord | null =>
  readRecord(dataRecordSchema, stateFolder, kind, name);

export function listDataRecords(stateFolder: string): DataRecord[] {
  const folder = join(stateFolder, kind);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return names.flatMap((file) => readDataRecord(stateFolder, file.slice(0, -'.json'.length)) ?? []);
}

/**
 * Packs a folder or archive of clips under a name. Takes the place of an earlier data set of that name.
 *
 * @param signal ends it between two clips, and leaves nothing
 * @throws SessionError where the source is none; a state folder that was made for it is gone again
 */
export async function importData(
  stateFolder: string,
  name: string,
  source: string,
  onProgress: (progress: ImportProgress) => void,
  signal: AbortSignal,
): Promise<{ record: DataRecord; unreadable: ImportedDataset['unreadable'] }> {
  try {
    const { made, record } = await keepByName(
      stateFolder,
      kind,
      name,
      async (into) => {
        const goOn = (progress: ImportProgress): void => {
          signal.throwIfAborted();
          onProgress(progress);
        };
        const imported = await importDataset({ source, into, onProgress: goOn });
        return { folder: imported.folder, made: imported };
      },
      ({ hash, words, clips, counts }, content): DataRecord => ({
        name,
        hash,
        content,
        words: [...words],
        clips,
        counts: { ...counts },
        source,
      }),
    );
    return { record, unreadable: made.unreadable };
  } catch (error) {
    if (signal.aborted)
      throw new SessionError('Interrupted; nothing of it is left.', { kind: 'interrupted', cause: error });
    throw error instanceof DatasetError ? new SessionError(error.message, { cause: error }) : error;
  }
}

/** @throws SessionError where a sweep names a data set that is neither imported nor comes with the package */
export function requireData(stateFolder: string, loaded: LoadedSweep): void {
  const { data } = loaded.sweep;
  if (data?.kind !== 'named' || shippedData(data.name) !== null) return;
  if (readDataRecord(stateFolder, data.name) === null) throw noSuchData(stateFolder, loaded, data.name);
}

/**
 * The data set that a sweep names, imported first where it comes with the package; null where the sweep names none.
 *
 * @throws SessionError where there is none of that name, or a word is not in it
 */
export async function resolveData(
  stateFolder: string,
  loaded: LoadedSweep,
  description: ProgramDescription | null,
  onImport: (name: string) => void,
): Promise<ResolvedData | null> {
  const { data } = loaded.sweep;
  if (data === null) return null;
  if (data.kind === 'path')
    return {
      name: data.path,
      identity: { name: data.path, version: data.version },
      launch: { kind: 'path', path: data.path },
      shape: { words: description?.defaultWords ?? [] },
    };
  const record =
    readDataRecord(stateFolder, data.name) ?? (await importShipped(stateFolder, loaded, data.name, onImport));
  requireWords(record, loaded, data.words ?? []);
  return {
    name: data.name,
    identity: { hash: record.hash, words: data.words },
    launch: { kind: 'content', hash: record.content, name: data.name },
    shape: { words: data.words ?? defaultWords(record, description) },
  };
}

/** A program's own choice of words where the data set has them all, else every word that it has. */
export function defaultWords(record: DataRecord, description: ProgramDescription | null): readonly string[] {
  const chosen = description?.defaultWords ?? [];
  return chosen.length > 0 && chosen.every((word) => record.words.includes(word)) ? chosen : record.words;
}

function requireWords(record: DataRecord, loaded: LoadedSweep, words: readonly string[]): void {
  const missing = words.findIndex((word) => !record.words.includes(word));
  if (missing < 0) return;
  const message = `data set ${record.name} has no word ${words[missing]}; it has ${record.words.join(', ')}`;
  throw refusalAt(loaded, ['data', 'words', missing], [message]);
}

async function importShipped(
  stateFolder: string,
  loaded: LoadedSweep,
  name: string,
  onImport: (name: string) => void,
): Promise<DataRecord> {
  const source = shippedData(name);
  if (source === null) throw noSuchData(stateFolder, loaded, name);
  onImport(name);
  return (await importData(stateFolder, name, source, () => {}, new AbortController().signal)).record;
}

function noSuchData(stateFolder: string, loaded: LoadedSweep, name: string): SessionError {
  const meant = nearestName(name, [...listDataRecords(stateFolder).map((record) => record.name), 'mini']);
  const hint = meant === null ? '' : `did you mean ${meant}? `;
  return refusalAt(
    loaded,
    ['data'],
    [
      `there is no data set ${name}; ${hint}\`labsweep data import ${name} FOLDER\` makes one of WORD/NAME.wav files`,
    ],
  );
}
