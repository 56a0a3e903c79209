/**
 * Where the agent of a folder listens. Whoever cleans /tmp takes its socket away (tmpfiles.d(5): what is 10 days old), or
 * mounts another over it, and says nothing: the agent looks after its socket and makes it anew.
 */
import { createHash } from 'node:crypto';
import { lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { socketPathOf } from '../protocol/socket-folder.ts';

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

export class Endpoint {
  readonly #folder: string;
  readonly #accept: (socket: Socket) => void;
  #open: { readonly server: Server; readonly path: string; readonly file: string } | null = null;
  #isOpening = false;
  #isClosed = false;

  /** @param folder as for `socketPath` */
  constructor(folder: string, accept: (socket: Socket) => void) {
    this.#folder = folder;
    this.#accept = accept;
  }

  /**
   * Listens, in the place of a socket that a crash has left; false where another agent answers there.
   *
   * @throws SocketFolderError, or the system's error, where there can be no socket
   */
  async open(): Promise<boolean> {
    const path = socketPath(this.#folder);
    const other = await tryConnect(path);
    other?.destroy();
    if (other !== null) return false;
    makeWay(path);
    const server = createServer(this.#accept);
    await listen(server, path);
    if (this.#isClosed) server.close();
    else this.#open = { server, path, file: fileAt(path) ?? '' };
    return true;
  }

  /**
   * Makes the socket anew where it is gone. Connections that are open stay so.
   *
   * @returns whether it had to be made anew
   * @throws as `open`
   */
  async lookAfter(): Promise<boolean> {
    const open = this.#open;
    if (this.#isOpening || this.#isClosed || (open !== null && fileAt(open.path) === open.file)) return false;
    this.#isOpening = true;
    try {
      this.#open = null;
      // Before the next one lies there: it takes away whatever has its path.
      open?.server.close();
      return await this.open();
    } finally {
      this.#isOpening = false;
    }
  }

  /** No more connections come; those that are open stay so. */
  close(): void {
    this.#isClosed = true;
    this.#open?.server.close();
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What tells a file from another that has its name; null where there is none. */
function fileAt(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}:${found.birthtimeMs}`;
}

/** A folder that somebody has put there is kept, beside. What cannot be moved the next step says. */
function makeWay(path: string): void {
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  for (const act of isFolder ? [rmdirSync, putAside] : [unlinkSync]) {
    try {
      return act(path);
    } catch {
      // There is none, or it is not empty.
    }
  }
}

const putAside = (path: string): void => renameSync(path, `${path}.${Date.now()}`);
