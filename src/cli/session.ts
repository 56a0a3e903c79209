/** A coordinator in this process, with the socket by which other commands reach it and the figures that they read. */
import { hostname } from 'node:os';
import { type Command, commandSchema } from '../coordinator/core/command.ts';
import {
  type Coordinator,
  type CoordinatorOptions,
  type HostEntry,
  startCoordinator,
} from '../coordinator/coordinator.ts';
import { inventoryNews } from '../board/inventory-news.ts';
import { liveFigures } from '../coordinator/live.ts';
import { writeSeenHosts } from '../ledger/store/seen-hosts.ts';
import { removeLive, writeLive } from '../ledger/store/live-file.ts';
import { type OpenedWriter, openWriter } from '../ledger/store/open-writer.ts';
import type { LedgerWriter } from '../ledger/store/writer.ts';
import { listenAsWriter } from '../ledger/store/writer-socket.ts';
import type { InventoryHost } from '../model/inventory.ts';
import type { Console } from './console.ts';
import { CommandError } from './exit.ts';
import { lostText } from './ledger-check.ts';
import { InventoryWatch } from './inventory-watch.ts';
import type { InventoryFile } from './lab.ts';
import { ownerOf } from './owner.ts';
import { agentFile } from './package-files.ts';

const liveEveryMs = 1_000;

export interface SessionOptions {
  readonly folder: string;
  readonly store: string;
  readonly hosts: readonly HostEntry[];
  /** Where `hosts` are the whole of an inventory: what becomes of it when a person edits it. Null: that is not looked at. */
  readonly inventory: InventoryUse | null;
  readonly writer: LedgerWriter;
  readonly onCommitted: CoordinatorOptions['onCommitted'];
}

export interface InventoryUse {
  readonly file: InventoryFile;
  /** Hears what an edit has brought, or why it is not used, for people. */
  readonly say: (line: string) => void;
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
  const watch = options.inventory === null ? null : watchInventory(coordinator, hosts, options.inventory);
  const socket = await listenAsWriter(folder, commandSchema, (command: Command) => {
    watch?.look();
    return coordinator.ask(command);
  });
  const sayLive = (): void => {
    try {
      const live = liveFigures(coordinator.state, process.pid, writer.eventCount, Date.now());
      writeLive(folder, live);
      writeSeenHosts(folder, live.hosts);
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
      watch?.close();
      sayLive();
      // What it said of the moment holds no longer; a successor says its own once it has the ledger.
      removeLive(folder);
      await socket.close();
      await coordinator.close();
    },
  };
}

function watchInventory(
  coordinator: Coordinator,
  hosts: readonly HostEntry[],
  { file, say }: InventoryUse,
): InventoryWatch {
  let known = hosts;
  // Hosts that hold something and have been taken out since are found by what is listed.
  coordinator.useHosts(hosts);
  return new InventoryWatch({
    file,
    changed: (now) => {
      coordinator.useHosts(now);
      const inventoryOf = (entries: readonly HostEntry[]): InventoryHost[] =>
        entries.map(({ inventory }) => inventory);
      for (const line of inventoryNews(inventoryOf(known), inventoryOf(now))) say(line);
      known = now;
    },
    refused: (problem) => {
      coordinator.refuseInventory(problem);
      say(`${problem}\nThe hosts stay as they were before this edit.`);
    },
  });
}

export type WriterOrHolder = Extract<OpenedWriter, { kind: 'opened' | 'held' }>;

/** Becomes the writer of a ledger, or says who is. @throws CommandError where the file is not a ledger of ours */
export function becomeWriter(console: Console, folder: string, breakLock: boolean): WriterOrHolder {
  const opened = openWriter(folder, { breakLock });
  if (opened.kind === 'newer' || opened.kind === 'not-a-ledger') throw new CommandError(opened.message);
  if (opened.kind === 'opened' && opened.writer.journal === 'truncate')
    console.err('The state folder is on a network file system: commits are slower there.\n');
  if (opened.kind === 'opened' && opened.lost !== null) console.err(`${lostText(opened.lost)}\n`);
  return opened;
}
