/** A coordinator's turn at a ledger: the loop with the real ledger, hosts and files around it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { LedgerEvent } from '../ledger/events.ts';
import { fold } from '../ledger/fold.ts';
import type { MetricsBatch } from '../ledger/metrics-batch.ts';
import type { LedgerState } from '../ledger/state.ts';
import type { LedgerWriter } from '../ledger/store/writer.ts';
import { canonicalJson } from '../model/grid/canonical.ts';
import type { HostSettings, InventoryHost } from '../model/inventory/inventory.ts';
import { type HostName, ledgerId } from '../model/ids.ts';
import { artifactsFolder, forgetParts, partsFolder, storeArtifacts } from './artifacts-folder.ts';
import type { Command } from './core/command.ts';
import type { CoordinatorEvent, Instruction } from './core/events.ts';
import { restore } from './core/restore.ts';
import { type ListedHost, newFleetHost } from './hosts/fleet-host.ts';
import type { CoordinatorState } from './hosts/state.ts';
import { CheckpointCarrier } from './fleet/checkpoint-carrier.ts';
import { keepAgentFile } from './fleet/kept-agent.ts';
import { HostLink, type LinkOptions } from './fleet/link.ts';
import { newNonce } from './fleet/nonce.ts';
import { Machines } from './fleet/machines.ts';
import { Packs } from './fleet/packs.ts';
import { WheelHouse } from './fleet/wheel-house.ts';
import { CoordinatorLoop } from './loop.ts';
import { tellSlices } from './slices.ts';
import type { Transport } from './transport/transport.ts';
import { untilClosed } from './transport/until-closed.ts';

/** A host as the coordinator enters it. */
export interface HostEntry extends ListedHost {
  readonly settings: HostSettings;
  readonly transport: Transport;
  /** As the inventory has it. */
  readonly inventory: InventoryHost;
  /** labsweep's folder there: absolute or below `~`. */
  readonly folder: string;
  /** On this machine, the Node that runs here; null elsewhere. */
  readonly node: string | null;
}

const turnMs = 25;

export interface CoordinatorOptions {
  /** The state folder, where artifacts go, and the content store. */
  readonly folder: string;
  readonly store: string;
  readonly writer: LedgerWriter;
  readonly hosts: readonly HostEntry[];
  readonly agentFile: string;
  readonly machine: string;
  /** Whose ledger it is and where it lies, for the others on the hosts. */
  readonly owner: string;
  /** Where the values of `passEnv` are read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** After each committed turn. */
  readonly onCommitted: (events: readonly LedgerEvent[], metrics: readonly MetricsBatch[]) => void;
  /** The ledger cannot be written (a full disk, another writer): nothing goes on here, trials do on their hosts. */
  readonly onFailed: (cause: unknown) => void;
}

export interface Coordinator {
  /** To be read, never changed. */
  readonly state: CoordinatorState;
  /** @returns the answer for the person who asked, once what follows from the command is committed */
  ask(command: Command): Promise<string>;
  /** Takes over what a person changed about the hosts: all that there are from now on. */
  useHosts(hosts: readonly HostEntry[]): void;
  /** @param problem why the inventory as it was edited is not used, for people */
  refuseInventory(problem: string): void;
  /** Enters the hosts, once. Not before there is something to do there: a sweep that is done needs no host. */
  connect(): void;
  /** Leaves the hosts to their backlogs and gives the ledger back. */
  close(): Promise<void>;
}

export function startCoordinator(options: CoordinatorOptions): Coordinator {
  const { writer } = options;
  const entries = new Map(options.hosts.map((host) => [host.name, host]));
  const state = beginTerm(options);
  const links = new Map<HostName, HostLink>();
  const supplies = {
    agentFile: keepAgentFile(options.folder, options.agentFile),
    packs: new Packs(options.store),
    wheels: new WheelHouse(options.store),
  };
  const machines = new Machines();
  const carrier = new CheckpointCarrier(join(options.folder, 'carried'));
  forgetParts(options.folder);
  const answers = new Map<number, (message: string) => void>();
  const loop = new CoordinatorLoop(state, {
    now: () => Date.now(),
    soon: paced(),
    commit: (events, metrics) => writer.commit(events, metrics),
    send: (host, message) => links.get(host)?.send(message),
    enter: (host) => {
      if (connecting) enter(host);
    },
    leave: (host) => void leave(host),
    prepare: (host, launch, spec) => links.get(host)?.prepare(launch, spec),
    storeArtifacts: (attempt, files) => storeArtifacts(options.folder, attempt, files),
    fetch: (host, attempt, artifacts) => links.get(host)?.fetch(attempt, artifacts),
    carry: (what) => void carry(what),
    answer: (to, message) => {
      answers.get(to)?.(message);
      answers.delete(to);
    },
    committed: options.onCommitted,
    failed: options.onFailed,
  });
  const enter = (name: HostName): void => {
    const host = entries.get(name);
    // It holds something, and was taken out of the inventory while no coordinator ran.
    if (host === undefined)
      return loop.post({ kind: 'host-given-up', host: name, because: 'no inventory says how it is reached' });
    const known = links.get(name);
    if (known !== undefined) return known.retry();
    // What a link that was left still hears is not said of the one that came after it.
    const post = (event: CoordinatorEvent): void => {
      if (links.get(name) === link) loop.post(event);
    };
    const link = newLink(options, { ...supplies, machines }, host, () => loop.state.ledger, post);
    links.set(name, link);
    void link.connect();
  };
  const leave = async (name: HostName): Promise<void> => {
    const link = links.get(name);
    links.delete(name);
    machines.forget(name);
    await link?.close();
  };
  const carry = async ({ trial, attempt, from, to, withinMs }: Extract<Instruction, { kind: 'carry' }>) => {
    const way = { from: links.get(from)?.checkpoints, to: links.get(to)?.checkpoints };
    const isOpen = (): boolean =>
      links.get(from)?.checkpoints === way.from && links.get(to)?.checkpoints === way.to;
    // A host that has gone by now has told of it.
    if (way.from == null || way.to == null) return;
    const obstacle = await carrier.carry(trial, { from: way.from, to: way.to }, withinMs, isOpen);
    if (obstacle === undefined) return;
    const problem = obstacle && { ...obstacle, at: obstacle.at === 'from' ? from : to };
    loop.post({ kind: 'checkpoint-carried', attempt, from, to, problem });
  };
  const slices = tellSlices((sinceMs) => loop.post({ kind: 'time-passed', sinceMs }));
  let asked = 0;
  let connecting = false;
  return {
    get state() {
      return loop.state;
    },
    ask: (command) =>
      new Promise((resolve) => {
        asked += 1;
        answers.set(asked, resolve);
        loop.post({ kind: 'asked', command, by: asked });
      }),
    useHosts: (hosts) => {
      const edited = hosts.map((host) => ({ ...host, isMoved: isMoved(entries.get(host.name), host) }));
      // The way to a host that stays as it is may be in use. Who was taken out is reached until it has been left.
      for (const { isMoved, ...host } of edited) if (isMoved) entries.set(host.name, host);
      loop.post({ kind: 'inventory-changed', hosts: edited });
    },
    refuseInventory: (problem) => loop.post({ kind: 'inventory-refused', problem }),
    connect: () => {
      if (connecting) return;
      connecting = true;
      for (const { name, link } of loop.state.fleet.values()) if (link.kind === 'connecting') enter(name);
    },
    close: async () => {
      loop.halt();
      clearInterval(slices);
      carrier.close();
      supplies.wheels.close();
      await Promise.all([...links.keys()].map(leave));
      writer.close();
    },
  };
}

/** Whether it is to be entered by another connection, or for the first time. */
function isMoved(before: HostEntry | undefined, after: HostEntry): boolean {
  const wayOf = ({ inventory }: HostEntry): string => {
    const { labels: _labels, limits: _limits, off: _off, lostAfterMs: _lostAfterMs, ...way } = inventory;
    return canonicalJson(way);
  };
  return before === undefined || wayOf(before) !== wayOf(after);
}

/** After a quiet time at once, in a burst every 25 ms: what comes meanwhile shares one decision and one sync. */
function paced(): (turn: () => void) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (turn) => {
    const run = (): void => {
      last = performance.now();
      turn();
    };
    setTimeout(run, Math.max(0, last + turnMs - performance.now()));
  };
}

/** Commits that a new term begins, so that agents can turn older ones away, and folds what was before. */
function beginTerm(options: CoordinatorOptions): CoordinatorState {
  const { writer, hosts, machine } = options;
  const state = restore(writer.events(), hosts.map(newFleetHost), writer.committedLines());
  const at = Date.now();
  const begin: LedgerEvent[] = [
    ...(state.ledger.ledger === null
      ? [{ kind: 'ledger-created', at, ledger: ledgerId(randomBytes(8).toString('hex')) } as const]
      : []),
    {
      kind: 'term-started',
      at,
      term: state.ledger.term + 1,
      nonce: newNonce(),
      machine,
      secret: state.ledger.seal === null ? randomBytes(16).toString('hex') : null,
    },
  ];
  writer.commit(begin, []);
  for (const event of begin) fold(state.ledger, event);
  return state;
}

function newLink(
  options: CoordinatorOptions,
  {
    machines,
    ...supplies
  }: Pick<LinkOptions, 'agentFile' | 'packs' | 'wheels'> & { readonly machines: Machines },
  host: HostEntry,
  ledger: () => LedgerState,
  post: (event: CoordinatorEvent) => void,
): HostLink {
  return new HostLink({
    host: host.name,
    transport: untilClosed(host.transport),
    folder: host.folder,
    node: host.node,
    ...supplies,
    settings: host.settings,
    environment: options.environment,
    artifacts: (attempt) => artifactsFolder(options.folder, attempt),
    parts: partsFolder(options.folder),
    ledger: ledger().ledger ?? ledgerId(''),
    owner: options.owner,
    term: () => ledger().term,
    post,
    twinOf: (probe) => machines.twinOf(host.name, probe),
  });
}
