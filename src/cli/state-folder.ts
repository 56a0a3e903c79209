import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import {
  findStateFolder,
  isAgentFolder,
  isStateFolder,
  stateFolderBesideAgent,
  stateFolderName,
} from '../ledger/store/state-folder.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';

/**
 * The state folder for a sweep file: the one that is named, else the nearest at or above the file, else a new one
 * where the person stands if the file lies below, or beside the file.
 *
 * @param agentFolders the folders of the lab's hosts, as the inventory has them
 * @throws CommandError where the one that is named cannot be one
 */
export function stateFolderFor(
  console: Console,
  sweepFolder: string,
  named: string | undefined,
  agentFolders: readonly string[] = [],
): string {
  if (named !== undefined) return namedFolder(resolve(console.cwd, named), named, agentFolders);
  const found = findStateFolder(sweepFolder);
  if (found !== null) return found;
  const isBelow = !relative(console.cwd, sweepFolder).startsWith('..');
  const parent = isBelow ? console.cwd : sweepFolder;
  const usual = join(parent, stateFolderName);
  return isForAgent(usual, agentFolders) ? join(parent, stateFolderBesideAgent) : usual;
}

function namedFolder(folder: string, named: string, agentFolders: readonly string[]): string {
  const isState = existsSync(folder) ? isStateFolder(folder) : !isForAgent(folder, agentFolders);
  if (isState) return folder;
  throw new CommandError(
    `${named} is no state folder but the folder of an agent, or a file; name another one.`,
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

/** Says where results will lie, before the first is written: a folder appears that nobody made. */
export function announceNew(console: Console, stateFolder: string): void {
  if (existsSync(stateFolder)) return;
  const name = basename(stateFolder);
  const why = name === stateFolderBesideAgent ? ` (${stateFolderName} there is for the agent of a host)` : '';
  console.err(`Results go to ${join(basename(dirname(stateFolder)), name)}, a new folder${why}.\n`);
}
