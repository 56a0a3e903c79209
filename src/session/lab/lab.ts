import { existsSync, lstatSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { HostEntry } from '../../coordinator/coordinator.ts';
import { inventoryJump } from '../../coordinator/transport/inventory-jump.ts';
import { openTransport } from '../../coordinator/transport/open-transport.ts';
import { hostName } from '../../model/ids.ts';
import type { InventoryHost } from '../../model/inventory/inventory.ts';
import { type ParsedInventory, parseInventory } from '../../model/inventory/parse-inventory.ts';
import { noLimits } from '../../throttle/limits.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { lastUsed } from '../place/last-used.ts';
import { quoted } from '../text/quoted.ts';
import { readText } from '../place/read-text.ts';
import { shortest } from '../place/shown-path.ts';
import { refusal } from '../sweep/sweep-source.ts';
import { findUpward } from '../place/trust/found-upward.ts';

const inventoryFile = 'inventory.json';

/** Without an inventory the lab is this machine, and its user may load it as they like. */
const implied: InventoryHost = {
  name: 'here',
  address: null,
  port: null,
  user: null,
  jump: null,
  transport: 'local',
  labels: [],
  env: {},
  activate: null,
  data: {},
  folder: null,
  off: null,
  lostAfterMs: null,
  limits: { ...noLimits, load: Number.MAX_SAFE_INTEGER },
};

export interface Lab {
  readonly hosts: readonly HostEntry[];
  /** Null where there is none. */
  readonly inventory: InventoryFile | null;
}

export interface InventoryFile {
  readonly path: string;
  /** As people know it. */
  readonly shown: string;
  readonly text: string;
}

/** Where the inventory of a command is looked for. */
export interface LabPlaces {
  /** The folder of the sweep file that the command names. */
  readonly sweep?: string | undefined;
  /** The state folder that the command is about. */
  readonly state?: string | undefined;
}

/**
 * The hosts of the lab: of the inventory that is named, else of the nearest inventory.json at or above the sweep file,
 * else where the person stands, else the state folder; without any this machine.
 *
 * @throws SessionError with every issue of the inventory, or where somebody else may write it
 */
export function readLab(caller: Caller, { sweep, state }: LabPlaces, named: string | undefined): Lab {
  const places = [sweep, caller.cwd, state].filter((place) => place !== undefined);
  const path = named === undefined ? nearestOf(caller, places) : resolve(caller.cwd, named);
  if (named === undefined) sayOther(caller, path);
  if (path === null) return { hosts: [thisMachine()], inventory: null };
  const shown = named ?? shortest(caller, path);
  requireReadable(path, shown, named !== undefined);
  const text = readText(path);
  const read = labOf(text, shown);
  if (read.kind === 'refused') throw refusal(read.issues);
  return { hosts: read.hosts, inventory: { path, shown, text } };
}

/** A person may name a pipe, as a shell makes one of `<(…)`; one that lies there would be waited for without end. */
function requireReadable(path: string, shown: string, isNamed: boolean): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new SessionError(`${shown}: there is no such inventory.`);
  if (!stats.isFile() && (!isNamed || stats.isDirectory()))
    throw new SessionError(`${shown} is not a file; name an inventory by --inventory.`);
}

/** @param shown the inventory's name, for people */
export function labOf(
  text: string,
  shown: string,
):
  | { readonly kind: 'lab'; readonly hosts: readonly HostEntry[] }
  | Extract<ParsedInventory, { kind: 'refused' }> {
  const parsed = parseInventory(text, shown);
  if (parsed.kind === 'refused') return parsed;
  const { hosts } = parsed.inventory;
  return {
    kind: 'lab',
    hosts: hosts.map((host) => entryOf({ ...host, jump: inventoryJump(host.jump, hosts) })),
  };
}

/** This machine as a host that nobody wrote down. */
export const thisMachine = (): HostEntry => entryOf(implied);

function entryOf(host: InventoryHost): HostEntry {
  const isHere = host.transport === 'local';
  return {
    name: hostName(host.name),
    labels: host.labels,
    limits: host.limits,
    settings: { env: host.env, activate: host.activate, data: host.data },
    off: host.off,
    isHere,
    lostAfterMs: host.lostAfterMs,
    transport: openTransport(host),
    inventory: host,
    folder: isHere
      ? resolve(host.folder?.replace(/^~(?=\/|$)/, homedir()) ?? defaultFolder())
      : (host.folder ?? '~/.labsweep'),
    node: isHere ? process.execPath : null,
  };
}

const defaultFolder = (): string => join(homedir(), '.labsweep');

function nearestOf(caller: Caller, places: readonly string[]): string | null {
  for (const place of places) {
    const found = findUpward(caller, place, nearestInventory);
    if (found !== null) return found;
  }
  return null;
}

function nearestInventory(from: string): string | null {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (isThere(join(at, inventoryFile))) return join(at, inventoryFile);
    if (at === dirname(at)) return null;
  }
}

/** A link that leads nowhere is there as well: a lab that is passed by in silence is another lab. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // a folder above that may not be looked into
  }
}

/** A lab that is another one without a word would run trials on the wrong machines. */
function sayOther(caller: Caller, found: string | null): void {
  const { inventory } = lastUsed(caller);
  if (inventory === null || inventory === found || !existsSync(inventory)) return;
  const last = shortest(caller, inventory);
  const now =
    found === null ? 'The only host is this machine' : `The hosts are those of ${shortest(caller, found)}`;
  caller.tell(`${now}; the last command here used ${last}, which --inventory ${quoted(last)} names.\n`);
}
