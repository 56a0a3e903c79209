/** Which state folder a command means: the one that is named, else the nearest at or above its place. */
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import {
  findStateFolder,
  hasLedger,
  isAgentFolder,
  isAmongAgentFiles,
  isStateFolder,
  stateFolderBesideAgent,
  stateFolderName,
} from '../../ledger/store/state-folder.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { noteOutputs } from '../program/known-bystanders.ts';
import { lastUsed } from './last-used.ts';
import { quoted } from '../text/quoted.ts';
import { shortest } from './shown-path.ts';
import { findUpward, requireOwnFolder } from './trust/found-upward.ts';

/**
 * @param place the sweep file's folder, else where the person stands
 * @returns null where there is none yet
 * @throws SessionError where the one that is named cannot be one
 */
export function stateFolderOf(caller: Caller, place: string, named: string | undefined): string | null {
  const found =
    named === undefined
      ? findUpward(caller, place, findStateFolder)
      : namedFolder(resolve(caller.cwd, named), named, []);
  if (found === null) return null;
  if (named === undefined) sayOther(caller, found);
  if (hasLedger(found)) noteOutputs(found);
  return found;
}

/** The same, and where there is none a new one. */
export const stateFolderFor = (caller: Caller, place: string, named: string | undefined): string =>
  stateFolderOf(caller, place, named) ?? newStateFolder(caller, place);

/**
 * Where the person stands if the place lies below, else at the place.
 *
 * @param agentFolders the folders of the lab's hosts, as the inventory has them
 */
function newStateFolder(caller: Caller, place: string, agentFolders: readonly string[] = []): string {
  const isBelow = !relative(caller.cwd, place).startsWith('..');
  const folder = isBelow ? caller.cwd : place;
  requireOwnFolder(caller, folder);
  if (isAmongAgentFiles(realpathSync(folder)))
    throw new SessionError(
      `no .labsweep is made in ${folder}: it lies in the folder of an agent, which \`hosts clean\` removes. ` +
        'Take the sweep elsewhere, or name a state folder by --state.',
    );
  const usual = join(folder, stateFolderName);
  const made = isForAgent(usual, agentFolders) ? join(folder, stateFolderBesideAgent) : usual;
  // Another run may have made it just now.
  if (lstatSync(made, { throwIfNoEntry: false }) !== undefined && !isStateFolder(made))
    throw new SessionError(
      `no ledger can lie in ${made}: it is a file or the folder of an agent; name a state folder by --state.`,
    );
  sayOther(caller, made);
  return made;
}

/** The state folder of a run once its lab is known. @param there as `stateFolderOf` has found it */
export function stateFolderInLab(
  caller: Caller,
  place: string,
  { there, named }: { readonly there: string | null; readonly named: string | undefined },
  agentFolders: readonly string[],
): string {
  if (there === null) return newStateFolder(caller, place, agentFolders);
  return named === undefined ? there : namedFolder(there, named, agentFolders);
}

function namedFolder(folder: string, named: string, agentFolders: readonly string[]): string {
  const isState = existsSync(folder) ? isStateFolder(folder) : !isForAgent(folder, agentFolders);
  if (isState && (hasLedger(folder) || !isAmongAgentFiles(realPath(folder)))) return folder;
  throw new SessionError(
    `${named} is no state folder but the folder of an agent, lies in one, or is a file; name another one.`,
  );
}

/**
 * An agent's folder is one that `hosts clean` removes, and never a state folder as well. In a home the two would be one by
 * default, here and on each host that has the same home.
 */
const isForAgent = (folder: string, agentFolders: readonly string[]): boolean =>
  isAgentFolder(folder) ||
  ['~/.labsweep', ...agentFolders]
    .map((path) => realPath(path.replace(/^~(?=\/|$)/, homedir())))
    .includes(realPath(folder));

/** Also of what is not there yet. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  return path === dirname(path) ? path : join(realPath(dirname(path)), basename(path));
}

/** The same as `stateFolderOf`, of which there has to be one. @throws SessionError where there is none */
export function requireStateFolder(caller: Caller, named: string | undefined): string {
  const found = stateFolderOf(caller, caller.cwd, named);
  if (found !== null) return found;
  const { state } = lastUsed(caller);
  if (state === null || !isStateFolder(state))
    throw new SessionError('there is no .labsweep here or above; `labsweep run SWEEP` starts one.');
  const last = shortest(caller, state);
  throw new SessionError(
    `there is no .labsweep here or above; the last command here used ${last}: say --state ${quoted(last)}.`,
  );
}

/** Says where results will lie, before the first is written: a folder appears that nobody made. */
export function announceNew(caller: Caller, stateFolder: string): void {
  if (!existsSync(stateFolder)) {
    const name = basename(stateFolder);
    const why =
      name === stateFolderBesideAgent ? ` (${stateFolderName} there is for the agent of a host)` : '';
    caller.tell(`Results go to ${join(basename(dirname(stateFolder)), name)}, a new folder${why}.\n`);
  }
}

function sayOther(caller: Caller, found: string): void {
  const { state } = lastUsed(caller);
  if (state === null || state === found || !existsSync(state)) return;
  const last = shortest(caller, state);
  caller.tell(
    `This command uses ${shortest(caller, found)}; the last one here used ${last}, which --state ${quoted(last)} names.\n`,
  );
}
