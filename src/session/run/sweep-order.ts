/** What a run of a sweep file asks for: its sweep read and declared, its lab opened, its state folder found or named. */
import type { Command } from '../../coordinator/core/command.ts';
import type { Declared } from '../../coordinator/declaration.ts';
import type { SweepPart } from '../../ledger/events.ts';
import { trialsOf } from '../../ledger/sweeps.ts';
import type { Caller } from '../caller.ts';
import { storeFolder } from '../content/named-content.ts';
import { type Lab, readLab } from '../lab/lab.ts';
import { rememberUsed } from '../place/last-used.ts';
import { stateFolderInLab, stateFolderOf } from '../place/state-folder.ts';
import { chooseSweep } from '../sweep/chosen-sweep.ts';
import { type ChangeOptions, declareSweep } from '../sweep/declare.ts';
import { lacksGpuEngine } from '../sweep/cores-note.ts';
import type { LoadedSweep, SweepOptions } from '../sweep/sweep-source.ts';
import type { RunOrder } from './run-request.ts';

export interface OrderOptions extends SweepOptions, ChangeOptions {
  /** The state folder. @default the nearest .labsweep at or above the sweep file, else a new one */
  readonly state?: string;
  /** The file of the hosts. @default the nearest inventory.json, else this machine alone */
  readonly inventory?: string;
  /** Whether the ledger is taken over from another machine, which must have stopped. @default false */
  readonly breakLock?: boolean;
}

/**
 * Takes the files of a sweep in and says what is to be asked of a coordinator. No trial has started.
 *
 * @param path the sweep file, as the caller knows it
 * @throws SessionError where a file, a word or a decision is missing
 */
export async function orderSweep(caller: Caller, path: string, options: OrderOptions): Promise<RunOrder> {
  const { loaded, part, beside } = chooseSweep(caller, path, options);
  const { lab, folder } = placesOf(caller, loaded, options);
  const inventory = lab.inventory?.path ?? null;
  const declared = await declareSweep(caller, loaded, folder, inventory, options);
  const name = declared.declaration.sweep;
  rememberUsed(caller, { state: folder, inventory });
  if (beside !== null)
    caller.tell(`Sweep ${name}: other trials than those of ${path}, so ${beside} stays as it is.\n`);
  return {
    folder,
    store: storeFolder(folder),
    lab,
    awaited: [{ sweep: name, trials: part === null ? null : trialsOf(declared, part) }],
    command: commandOf(declared, part),
    breakLock: options.breakLock === true,
    lacksGpuEngine: lacksGpuEngine(loaded, declared.declaration.spec),
    foreground: false,
    isDetached: false,
  };
}

function placesOf(
  caller: Caller,
  { folder: place }: LoadedSweep,
  { state: named, inventory }: OrderOptions,
): { readonly lab: Lab; readonly folder: string } {
  const there = stateFolderOf(caller, place, named);
  const lab = readLab(caller, { sweep: place, state: there ?? undefined }, inventory);
  const agentFolders = lab.hosts.map((host) => host.folder);
  return { lab, folder: stateFolderInLab(caller, place, { there, named }, agentFolders) };
}

function commandOf({ declaration, points }: Declared, part: SweepPart | null): Command {
  const all = { declaration, points: [...points] };
  return part === null ? { kind: 'run', ...all } : { kind: 'run-part', ...all, part };
}
