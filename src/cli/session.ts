/** A coordinator in this process, with the socket by which other commands reach it and the figures that they read. */
import { hostname } from 'node:os';
import { type Command, commandSchema } from '../coordinator/core/command.ts';
import {
  type Coordinator,
  type CoordinatorOptions,
  type HostEntry,
  startCoordinator,
} from '../coordinator/coordinator.ts';
import { liveFigures } from '../coordinator/live.ts';
import { removeLive, writeLive } from '../ledger/store/live-file.ts';
import { type OpenedWriter, openWriter } from '../ledger/store/open-writer.ts';
import type { LedgerWriter } from '../ledger/store/writer.ts';
import { listenAsWriter } from '../ledger/store/writer-socket.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { ownerOf } from './owner.ts';
import { agentFile } from './package-files.ts';

const liveEveryMs = 1_000;

export interface SessionOptions {
  readonly folder: string;
  readonly store: string;
  readonly hosts: readonly HostEntry[];
  readonly writer: LedgerWriter;
  readonly onCommitted: CoordinatorOptions['onCommitted'];
}

export interface Session {
  readonly coordinator: Coordinator;
  /** Rejects when the ledger cannot be written any more; never resolves. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const { folder, store, hosts, writer, onCommitted } = options;
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {}); // told to whoever waits for it
  const coordinator = startCoordinator({
    folder,
    store,
    writer,
    hosts,
    agentFile,
    machine: hostname(),
    owner: ownerOf(folder),
    environment: process.env,
    onCommitted,
    onFailed: (cause) => failure.reject(cause instanceof Error ? cause : new Error(String(cause))),
  });
  const socket = await listenAsWriter(folder, commandSchema, (command: Command) => coordinator.ask(command));
  const sayLive = (): void => {
    try {
      writeLive(folder, liveFigures(coordinator.state, process.pid, Date.now()));
    } catch {
      // Figures of the moment are for show. Where the disk is full, the next commit says so.
    }
  };
  sayLive();
  const timer = setInterval(sayLive, liveEveryMs);
  return {
    coordinator,
    failed: failure.promise,
    close: async () => {
      clearInterval(timer);
      // What it said of the moment holds no longer; a successor says its own once it has the ledger.
      removeLive(folder);
      await socket.close();
      await coordinator.close();
    },
  };
}

export type WriterOrHolder = Extract<OpenedWriter, { kind: 'opened' | 'held' }>;

/** Becomes the writer of a ledger, or says who is. @throws CommandError where the file is not a ledger of ours */
export function becomeWriter(console: Console, folder: string, breakLock: boolean): WriterOrHolder {
  const opened = openWriter(folder, { breakLock });
  if (opened.kind === 'newer' || opened.kind === 'not-a-ledger') throw new CommandError(opened.message);
  if (opened.kind === 'opened' && opened.writer.journal === 'truncate')
    console.err('The state folder is on a network file system: commits are slower there.\n');
  return opened;
}
