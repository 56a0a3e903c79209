/** A sweep about which hosts are asked before it runs: read and checked as `run` does, and nothing of it declared. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { type Declared, declare } from '../../coordinator/declaration.ts';
import type { LaunchQuestion } from '../../coordinator/fleet/ask-launch.ts';
import { Packs } from '../../coordinator/fleet/packs.ts';
import type { Caller } from '../caller.ts';
import { checkProgram } from './declare.ts';
import { type Missing, plannedData } from './planned-data.ts';
import { stateFolderOf } from '../place/state-folder.ts';
import { loadSweep } from './sweep-source.ts';

export interface AskedSweep extends Declared {
  /** As the sweep file names it. */
  readonly requirements: string | null;
  /** Null where there is none yet. */
  readonly stateFolder: string | null;
  /** Data that has to be there before a run. */
  readonly missing: readonly Missing[];
  readonly questionFor: (host: HostEntry) => LaunchQuestion;
}

/**
 * Reads a sweep for the time in which `use` asks hosts about it. Its files are snapshotted for as long.
 *
 * @throws SessionError where `run` would refuse it
 */
export async function withSweep<Result>(
  caller: Caller,
  path: string,
  { state, inventory }: { readonly state: string | undefined; readonly inventory: string | null },
  use: (asked: AskedSweep) => Promise<Result>,
): Promise<Result> {
  const loaded = loadSweep(caller, path, { yes: true });
  const stateFolder = stateFolderOf(caller, loaded.folder, state);
  const { program, keep } = await checkProgram(caller, loaded, { state: stateFolder, inventory });
  const { resolved, missing } = await plannedData(loaded, program.description, stateFolder);
  const declared = declare(loaded.sweep, loaded.path, loaded.points, program, resolved);
  const { declaration, points } = declared;
  const store = await mkdtemp(join(tmpdir(), 'labsweep-check-'));
  try {
    await keep(store);
    const packs = new Packs(store);
    return await use({
      ...declared,
      requirements: loaded.sweep.program.kind === 'command' ? loaded.sweep.program.python : null,
      stateFolder,
      missing,
      questionFor: ({ settings }) => ({
        spec: declaration.spec,
        settings,
        params: points[0]?.params ?? {},
        seed: declaration.seeds[0] ?? 1,
        packs,
      }),
    });
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}
