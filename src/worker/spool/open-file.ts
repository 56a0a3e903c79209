/**
 * Files that a trial can reach, opened so that it can neither hang the agent nor lead it elsewhere: a program may put a
 * pipe, a device or a link in the place of a file, or of the folder that the file lies in.
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { sep } from 'node:path';

/** Something else lies where a file should. */
export class OddFileError extends Error {
  readonly code = 'ODD_FILE';
  override readonly name = 'OddFileError';
}

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR } = constants;

/**
 * Opens the regular file at `path`, which is an absolute path without links, as the folder of an agent is.
 *
 * @param within a folder without links: then links are followed as long as they stay below it
 * @returns the descriptor
 * @throws OddFileError, or the system's error
 */
export function openFile(
  path: string,
  mode: 'read' | 'change' = 'read',
  within: string | null = null,
): number {
  const follows = within === null ? O_NOFOLLOW : 0;
  const file = openUnfollowed(path, (mode === 'read' ? O_RDONLY : O_RDWR) | follows | O_NONBLOCK);
  const problem = problemOf(file, path, within);
  if (problem === null) return file;
  closeSync(file);
  throw new OddFileError(problem);
}

/** Calls `act` with a file that `openFile` opens. */
export function withFile<Result>(file: number, act: (file: number) => Result): Result {
  try {
    return act(file);
  } finally {
    closeSync(file);
  }
}

function openUnfollowed(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ELOOP') throw new OddFileError(`${path} is a link, not a file`);
    // Of a pipe that nobody reads (open(2), ENXIO), or a socket.
    if (code === 'ENXIO') throw new OddFileError(`${path} is a pipe or a socket, not a file`);
    throw error;
  }
}

function problemOf(file: number, path: string, within: string | null): string | null {
  const found = fstatSync(file);
  if (!found.isFile()) return `${path} is ${kindOf(found)}, not a file`;
  const real = placeOf(file, path);
  const isThere = within === null ? real === path : real.startsWith(within + sep);
  return isThere ? null : `${path} leads to ${real}`;
}

/** Where an open file lies, by the kernel: its name may lead elsewhere by now. */
function placeOf(file: number, path: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${file}`);
  } catch {
    return realpathSync(path); // no /proc
  }
}

export const kindOf = (found: Stats): string =>
  found.isDirectory()
    ? 'a folder'
    : found.isFIFO()
      ? 'a pipe'
      : found.isSocket()
        ? 'a socket'
        : found.isSymbolicLink()
          ? 'a link'
          : 'a device';
