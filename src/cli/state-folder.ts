/** Which state folder a command means: the one that is named, else the nearest at or above its place. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { findStateFolder, stateFolderName } from '../ledger/store/state-folder.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { lastUsed, rememberUsed } from './last-used.ts';
import { quoted } from './quoted.ts';
import { shortest } from './shown-path.ts';
import { findUpward, requireOwnFolder } from './trust/found-upward.ts';

/**
 * @param place the sweep file's folder, else where the person stands
 * @returns null where there is none yet
 */
export function stateFolderOf(console: Console, place: string, named: string | undefined): string | null {
  if (named !== undefined) return resolve(console.cwd, named);
  const found = findUpward(console, place, findStateFolder);
  if (found !== null) sayOther(console, found);
  return found;
}

/** The same, and where there is none a new one: where the person stands if the place lies below, else at the place. */
export function stateFolderFor(console: Console, place: string, named: string | undefined): string {
  const found = stateFolderOf(console, place, named);
  if (found !== null) return found;
  const isBelow = !relative(console.cwd, place).startsWith('..');
  const folder = isBelow ? console.cwd : place;
  requireOwnFolder(console, folder);
  const made = join(folder, stateFolderName);
  sayOther(console, made);
  return made;
}

/** The same, of which there has to be one. @throws CommandError where there is none */
export function requireStateFolder(console: Console, named: string | undefined): string {
  const found = stateFolderOf(console, console.cwd, named);
  if (found !== null) return found;
  const { state } = lastUsed(console);
  if (state === null || !existsSync(state))
    throw new CommandError('there is no .labsweep here or above; `labsweep run SWEEP` starts one.');
  const last = shortest(console, state);
  throw new CommandError(
    `there is no .labsweep here or above; the last command here used ${last}: say --state ${quoted(last)}.`,
  );
}

/** Says where results will lie, before the first is written: a folder appears that nobody made. */
export function announceNew(console: Console, stateFolder: string): void {
  if (!existsSync(stateFolder))
    console.err(
      `Results go to ${join(basename(dirname(stateFolder)), basename(stateFolder))}, a new folder.\n`,
    );
  rememberUsed(console, { state: stateFolder });
}

function sayOther(console: Console, found: string): void {
  const { state } = lastUsed(console);
  if (state === null || state === found || !existsSync(state)) return;
  const last = shortest(console, state);
  console.err(
    `This command uses ${shortest(console, found)}; the last one here used ${last}, which --state ${quoted(last)} names.\n`,
  );
}
