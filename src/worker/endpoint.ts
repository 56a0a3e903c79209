/** Where the agent of a folder listens. The socket is the lock: there is one agent for a user, a host and a folder. */
import { createHash } from 'node:crypto';
import { statSync, unlinkSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { socketPathOf } from '../protocol/socket-folder.ts';

/** How long two agents that found the same dead socket may take to put their own in its place. */
const settleMs = 100;

/** @param folder the real path of labsweep's folder. @throws SocketFolderError */
export const socketPath = (folder: string): string =>
  socketPathOf(`${createHash('sha256').update(folder).digest('hex').slice(0, 16)}.sock`);

/** A connection to whoever listens; null where nobody does. */
export function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => resolve(null));
  });
}

/**
 * Listens at `path`; false where another agent does. A socket that nobody answers at was left by a crash and is
 * replaced. Of two that do so at once the later one holds the path, and the earlier one finds its own gone.
 */
export async function listen(server: Server, path: string): Promise<boolean> {
  if (await tryListen(server, path)) return true;
  const other = await tryConnect(path);
  if (other !== null) {
    other.destroy();
    return false;
  }
  unlinkIfThere(path);
  if (!(await tryListen(server, path))) return false;
  const own = inodeOf(path);
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return own !== null && inodeOf(path) === own;
}

function tryListen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    };
    server.once('error', failed);
    server.listen(path, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

const inodeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.ino ?? null;

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // The other one was as fast.
  }
}
