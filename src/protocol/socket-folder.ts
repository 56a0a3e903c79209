/** Where labsweep's Unix sockets lie. The one file of this room that touches the machine; agents run it on Node 16. */
import { lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder is not safely ours: somebody else made it first, or others may enter it. */
class SocketFolderError extends Error {
  readonly code = 'SOCKET_FOLDER';
  override readonly name = 'SocketFolderError';
}

/**
 * `/tmp/labsweep-UID`, made where it is not there, with mode 0700. A path this short keeps sockets under the 107 bytes
 * of sun_path (unix(7)), which a home folder may not.
 *
 * @param parent @default `/tmp`
 * @throws SocketFolderError when it is another user's or open to others: anyone may make folders in /tmp
 */
export function userSocketFolder(parent = '/tmp'): string {
  const uid = process.getuid?.() ?? 0;
  const folder = join(parent, `labsweep-${uid}`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'))
      throw new SocketFolderError(`${folder} cannot be made: ${String(cause)}`, { cause });
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid)
    throw new SocketFolderError(
      `${folder} is not a folder of yours (user ${uid}) but of user ${found.uid}; have them or root remove it`,
    );
  if ((found.mode & 0o077) !== 0)
    throw new SocketFolderError(`${folder} is open to other users; run: chmod 700 ${folder}`);
  return folder;
}
