/** The engines of a state folder: a record by name, the files in the content store. */
import { z } from 'zod';
import { contentHashSchema } from '../../model/ids.ts';
import type { Launch } from '../../model/launch.ts';
import { EngineError } from '../../programs/cnn1d/engine/engine-error.ts';
import { installEngine } from '../../programs/cnn1d/engine/install/install-engine.ts';
import { type InstallableEngine, releases } from '../../programs/cnn1d/engine/install/releases.ts';
import { SessionError } from '../session-error.ts';
import { keepByName, readRecord } from './named-content.ts';
import { type LoadedSweep, refusalAt } from '../sweep/sweep-source.ts';

export const engineNames = Object.keys(releases) as readonly InstallableEngine[];

const recordSchema = z.object({
  name: z.enum(['native', 'gpu']),
  /** Of libtensorflow. */
  version: z.string(),
  /** The files in the content store. */
  content: contentHashSchema,
});
export type EngineRecord = Readonly<z.infer<typeof recordSchema>>;

const kind = 'engines';

export const listEngines = (stateFolder: string): EngineRecord[] =>
  engineNames.flatMap((name) => readRecord(recordSchema, stateFolder, kind, name) ?? []);

/**
 * Makes an engine and takes it into the content store.
 *
 * @param signal ends it, and what it has started
 * @throws SessionError where it cannot be made here
 */
export async function addEngine(
  stateFolder: string,
  name: InstallableEngine,
  say: (step: string) => void,
  signal: AbortSignal,
): Promise<EngineRecord & { readonly usesGpu: boolean }> {
  try {
    const { made, record } = await keepByName(
      stateFolder,
      kind,
      name,
      async (draft) => {
        const made = await installEngine(name, draft, say, signal);
        say('taking it in');
        return { folder: made.folder, made };
      },
      ({ version }, content): EngineRecord => ({ name, version, content }),
    );
    return { ...record, usesGpu: made.usesGpu };
  } catch (error) {
    if (signal.aborted)
      throw new SessionError('Interrupted; nothing of it is left.', { kind: 'interrupted', cause: error });
    throw error instanceof EngineError ? new SessionError(error.message, { cause: error }) : error;
  }
}

/**
 * The engines that the points of a sweep may compute on: all that are installed for `auto`, else those that they name.
 *
 * @throws SessionError where a point names one that is not installed
 */
export function enginesFor(stateFolder: string | null, loaded: LoadedSweep): Launch['engines'] {
  const wanted = new Set(loaded.points.map(({ params }) => params['engine']));
  const installed = stateFolder === null ? [] : listEngines(stateFolder);
  const missing = engineNames.find((name) => wanted.has(name) && installed.every((one) => one.name !== name));
  if (missing !== undefined)
    throw refusalAt(
      loaded,
      [...keyOfEngine(loaded)],
      [`the engine ${missing} is not installed; run: labsweep engine install ${missing}`],
    );
  return installed
    .filter(({ name }) => wanted.has('auto') || wanted.has(name))
    .map(({ name, content }) => ({ name, hash: content, isForGpus: name === 'gpu' }));
}

const keyOfEngine = ({ sweep }: LoadedSweep): readonly string[] =>
  Object.hasOwn(sweep.fixed, 'engine') ? ['fixed', 'engine'] : ['grid'];
