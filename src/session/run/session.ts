/** A coordinator in this process, with the socket by which other commands reach it and the figures that they read. */
import { hostname } from 'node:os';
import { type Asked, type Command, commandSchema } from '../../coordinator/core/command.ts';
import { isLeft } from '../../coordinator/core/run-commands.ts';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import {
  type Coordinator,
  type CoordinatorOptions,
  type HostEntry,
  startCoordinator,
} from '../../coordinator/coordinator.ts';
import { inventoryNews } from '../lab/inventory-news.ts';
import { waitsOf } from '../../coordinator/why/waits.ts';
import { liveFigures } from '../../coordinator/live.ts';
import { isAtRest } from '../../coordinator/rest.ts';
import { stranded } from '../../coordinator/stranded.ts';
import { writeSeenHosts } from '../../ledger/store/seen-hosts.ts';
import { writeLastObstacles } from '../../ledger/store/last-obstacles.ts';
import { removeLive, writeLive } from '../../ledger/store/live-file.ts';
import { type OpenedWriter, openWriter } from '../../ledger/store/open-writer.ts';
import type { LedgerWriter } from '../../ledger/store/writer.ts';
import { listenAsWriter } from '../../ledger/store/writer-socket.ts';
import type { SweepName } from '../../model/ids.ts';
import type { InventoryHost } from '../../model/inventory/inventory.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { lostText } from '../ledger/ledger-check.ts';
import { InventoryWatch } from '../lab/inventory-watch.ts';
import type { InventoryFile } from '../lab/lab.ts';
import { ownerOf } from './owner.ts';
import { agentFile } from '../package-files.ts';

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
  /** Carries a command out whose sender does not stay: what it asks for is somebody's wish beyond this session. */
  serve(command: Command): Promise<string>;
  /** What was asked for in such a way and may still go on. */
  handedIn(): Asked[];
  /** Answers who has asked already, then gives the ledger back. @returns what was handed in and may still go on */
  close(): Promise<Asked[]>;
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
  const served = new Set<SweepName>();
  const serve = async (command: Command): Promise<string> => {
    const answer = await coordinator.ask(command);
    for (const name of sweepsAskedBy(command, coordinator.state)) served.add(name);
    return answer;
  };
  const handedIn = (): Asked[] => [...served].flatMap((name) => mayGoOn(coordinator.state, name) ?? []);
  const socket = await listenAsWriter(folder, commandSchema, async (command: Command) => {
    watch?.look();
    const answer = await serve(command);
    // Who follows looks there for what was asked for.
    sayLive();
    return answer;
  });
  const sayLive = (): void => {
    // Also where nothing is committed for hours, a ledger that was removed is told at once.
    try {
      writer.check();
    } catch (cause) {
      return failure.reject(cause instanceof Error ? cause : new Error(String(cause)));
    }
    try {
      const live = liveFigures(coordinator.state, process.pid, writer.eventCount, Date.now());
      const waits = waitsOf(coordinator.state, Date.now());
      const sweeps = live.sweeps.map((sweep) => ({ ...sweep, ...waits.get(sweep.sweep) }));
      writeLive(folder, { ...live, sweeps });
      writeSeenHosts(folder, live.hosts);
    } catch {
      // Figures of the moment are for show. Where the disk is full, the next commit says so.
    }
  };
  const sayObstacles = (): void => {
    const asked = liveFigures(coordinator.state, process.pid, writer.eventCount, Date.now()).sweeps.filter(
      ({ sweep }) => coordinator.state.asked.has(sweep),
    );
    try {
      writeLastObstacles(folder, new Map(asked.map(({ sweep, stranded: obstacles }) => [sweep, obstacles])));
    } catch {
      // For show as well.
    }
  };
  sayLive();
  const timer = setInterval(sayLive, liveEveryMs);
  const close = async (): Promise<Asked[]> => {
    clearInterval(timer);
    watch?.close();
    sayLive();
    // What is being asked for in this moment is the successor's to do.
    await socket.close();
    const left = handedIn();
    sayObstacles();
    // What it said of the moment holds no longer; a successor says its own once it has the ledger. Of a ledger that was
    // replaced it says how far that had come.
    if (!writer.isReplaced) removeLive(folder);
    await coordinator.close();
    return left;
  };
  let closed: Promise<Asked[]> | null = null;
  return {
    coordinator,
    failed: failure.promise,
    serve,
    handedIn,
    close: () => (closed ??= close()),
  };
}

/** The sweeps of a command whose end somebody waits for. */
function sweepsAskedBy(command: Command, { ledger }: CoordinatorState): SweepName[] {
  switch (command.kind) {
    case 'run':
    case 'run-part':
      return [command.declaration.sweep];
    case 'resume':
      return command.sweep === null
        ? [...ledger.sweeps.values()].filter(isLeft).map(({ name }) => name)
        : [command.sweep];
    case 'go-on':
      return command.asked.map(({ sweep }) => sweep);
    default:
      return [];
  }
}

function mayGoOn(state: CoordinatorState, name: SweepName): Asked | null {
  const sweep = state.ledger.sweeps.get(name);
  const trials = state.asked.get(name);
  if (sweep === undefined || trials === undefined || sweep.status.kind !== 'open') return null;
  if (isAtRest(state, sweep, trials) || stranded(state, sweep, trials) !== null) return null;
  return { sweep: name, trials: trials === null ? null : [...trials] };
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

/** Becomes the writer of a ledger, or says who is. @throws SessionError where the file is not a ledger of ours */
export function becomeWriter(caller: Caller, folder: string, breakLock: boolean): WriterOrHolder {
  const opened = openWriter(folder, { breakLock });
  if (opened.kind === 'newer' || opened.kind === 'not-a-ledger') throw new SessionError(opened.message);
  if (opened.kind === 'opened' && opened.writer.journal === 'truncate')
    caller.tell('The state folder is on a network file system: commits are slower there.\n');
  if (opened.kind === 'opened' && opened.lost !== null) caller.tell(`${lostText(opened.lost)}\n`);
  return opened;
}
