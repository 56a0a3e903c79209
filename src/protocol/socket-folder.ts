/** Where labsweep's Unix sockets lie. The one file of this room that touches the machine; agents run it on Node 16. */
import { accessSync, constants, lstatSync, mkdirSync, rmdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** No folder for sockets is safely ours: somebody else made it first, others may enter it, or it cannot be written. */
class SocketFolderError extends Error {
  readonly code = 'SOCKET_FOLDER';
  override readonly name = 'SocketFolderError';
}

/**
 * Where every user may make a folder, /tmp first: any of them may be full, read-only, or have a folder of somebody else
 * in the place of ours. Paths this short keep sockets under the 107 bytes of sun_path (unix(7)); a home may not.
 */
export const socketParents: readonly string[] = ['/tmp', '/var/tmp', '/dev/shm'];

/** logind's folder for a user is the last choice: nobody else writes there, but it goes with the user's last login. */
const allParents = (): string[] => [...socketParents, `/run/user/${ownUid()}`];

const ownUid = (): number => process.getuid?.() ?? 0;

/**
 * The path of a socket: in the first safe folder that has it already, so that who listens and who connects agree
 * whatever becomes of /tmp in between; else in the first folder, `labsweep-UID` with mode 0700, that can be had.
 *
 * @param parents @default /tmp, and what stands in for it
 * @throws SocketFolderError that says of each folder why not
 */
export function socketPathOf(name: string, parents: readonly string[] = allParents()): string {
  const folders = parents.map((parent) => join(parent, `labsweep-${ownUid()}`));
  const has = folders.find(
    (folder) => isThere(join(folder, name)) && problemOf(folder, lstatSync(folder)) === null,
  );
  if (has !== undefined) return join(has, name);
  const problems: string[] = [];
  for (const folder of folders) {
    const problem = make(folder) ?? problemOf(folder, lstatSync(folder)) ?? wantOfRoom(folder);
    if (problem === null) return join(folder, name);
    problems.push(problem);
  }
  throw new SocketFolderError(`no folder is safe for a socket of labsweep: ${problems.join('; ')}`);
}

/** Why it cannot be made; null where it was, or something is there. */
function make(folder: string): string | null {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return null;
  } catch (error) {
    return isThere(folder) ? null : `${folder} cannot be made (${messageOf(error)})`;
  }
}

function problemOf(folder: string, found: Stats): string | null {
  const uid = ownUid();
  if (!found.isDirectory() || found.uid !== uid)
    return `${folder} is not a folder of yours (user ${uid}) but of user ${found.uid}; have them or root remove it`;
  if ((found.mode & 0o077) !== 0) return `${folder} is open to other users; run: chmod 700 ${folder}`;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `${folder} cannot be written (${messageOf(error)})`;
  }
}

/** A folder may be ours and take no more files: a tmpfs has only so many (nr_inodes, tmpfs(5)). */
function wantOfRoom(folder: string): string | null {
  const path = join(folder, `.try-${process.pid}`);
  try {
    mkdirSync(path, { mode: 0o700 });
    rmdirSync(path);
    return null;
  } catch (error) {
    return `${folder} cannot be written (${messageOf(error)})`;
  }
}

const isThere = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // a folder on the way is closed to us
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
