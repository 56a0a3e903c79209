/** How a command reaches the process that writes a ledger: one JSON line to its socket, one line back. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, lstatSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { socketPathOf } from '../../protocol/socket-folder.ts';
import { encode } from '../../protocol/framing.ts';

const replySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answered'), answer: z.string() }),
  /** The command was not understood or not carried out. */
  z.object({ kind: z.literal('refused'), because: z.string() }),
]);

export type WriterAnswer =
  | Readonly<z.infer<typeof replySchema>>
  | { readonly kind: 'no-writer' }
  /** It ended before it answered: the command may be carried out, and is harmless when it is asked again. */
  | { readonly kind: 'unanswered' };

/** For so long commands that have reached a writer are waited for when it ends. */
const closingMs = 1_000;

export interface WriterSocket {
  /** Who has reached it is answered, and nobody else any more. */
  close(): Promise<void>;
}

/**
 * Answers commands for the ledger of a state folder. Only its writer may call this: it takes the place of whoever
 * listened before.
 *
 * @param onCommand its answer goes back; what it throws is told as the reason of a refusal
 * @throws SocketFolderError when /tmp holds a folder of another user in our place
 */
export async function listenAsWriter<Command extends z.ZodType>(
  folder: string,
  command: Command,
  onCommand: (command: z.infer<Command>) => Promise<string>,
): Promise<WriterSocket> {
  const path = socketPath(folder);
  // Made under a name of its own and then renamed: it is private before it can be found, and a socket that a killed
  // writer left is replaced without a moment in which there is none.
  const own = `${path}.${process.pid}`;
  rmSync(own, { force: true });
  const open = new Map<Socket, Promise<void>>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {}); // who asked has gone; the command is carried out all the same
    const answered = text(socket)
      .then((line) => reply(line, command, onCommand))
      .then((answer) => void socket.end(encode(answer)))
      .catch(() => void socket.destroy());
    open.set(socket, answered);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(own, resolve);
  });
  chmodSync(own, 0o600);
  renameSync(own, path);
  const { ino } = lstatSync(path);
  return {
    close: async () => {
      // A successor's socket stays.
      if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path, { force: true });
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.race([Promise.all(open.values()), pause(closingMs, undefined, { ref: false })]);
      for (const socket of open.keys()) if (!socket.writableEnded) socket.destroy();
      await closed;
    },
  };
}

async function reply<Command extends z.ZodType>(
  line: string,
  schema: Command,
  onCommand: (command: z.infer<Command>) => Promise<string>,
): Promise<WriterAnswer> {
  try {
    const command = schema.safeParse(JSON.parse(line));
    if (command.success) return { kind: 'answered', answer: await onCommand(command.data) };
    return {
      kind: 'refused',
      because: 'the coordinator that runs is of another version and does not know this',
    };
  } catch (error) {
    return { kind: 'refused', because: messageOf(error) };
  }
}

/** Whether a process listens as the writer of a state folder's ledger. */
export async function isAnswered(folder: string): Promise<boolean> {
  const socket = await reach(folder);
  socket?.destroy();
  return socket !== null;
}

async function reach(folder: string): Promise<Socket | null> {
  if (!existsSync(folder)) return null;
  const socket = connect({ path: socketPath(folder), allowHalfOpen: true });
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  return connected ? socket : null;
}

/** Asks the writer of a state folder's ledger; `no-writer` where none listens. */
export async function askWriter(folder: string, command: object): Promise<WriterAnswer> {
  const socket = await reach(folder);
  if (socket === null) return { kind: 'no-writer' };
  socket.on('error', () => {}); // told by the missing answer
  socket.end(encode(command));
  const line = await text(socket).catch(() => '');
  if (line === '') return { kind: 'unanswered' };
  return replySchema.parse(JSON.parse(line));
}

/** Named by a hash: the folder's own path may be longer than a socket's may be. */
function socketPath(folder: string): string {
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 24);
  return socketPathOf(`${name}.sock`);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
