/** How much a host is given ahead of what it runs. */
import type { Sweep } from '../../ledger/state.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { Resources } from '../../model/resources.ts';
import type { GpuFacts } from '../../protocol/messages.ts';
import { computesBeside, reservedBy } from '../../throttle/etiquette.ts';
import { limitsOf } from '../../throttle/limits.ts';
import { cpusOf, gpusOf } from '../../throttle/room.ts';
import { fullDisk } from '../../throttle/rules.ts';
import type { FleetHost } from './fleet-host.ts';

/** Predicted work that a host is given ahead, so that it works on while the laptop is closed. */
const aheadSeconds = 12 * 3600;
/** Attempts that a host may hold open: bounds its journal and the cost of a reconnection. */
const mostOpen = 4_000;
/** Rounds of trials that hide the round trip: one runs, one waits. */
const roundsAtOnce = 2;
/** A hold that lasts so long is how much the host can take; a shorter one is a moment of somebody's. */
const lastingMs = 60_000;

/**
 * Whether a host may be leased one more. Where nothing of a program has ended yet, nor run for long, it gets just
 * enough to hide the round trip; else up to 12 h of predicted work.
 */
export function hasRoom(host: {
  /** Attempts there that come before it, those that run among them. */
  readonly open: number;
  /** Predicted seconds until these have ended. */
  readonly busySeconds: number;
  readonly parallel: number;
  readonly isPredicted: boolean;
  /** Whether what runs there goes on without a connection. */
  readonly outlives: boolean;
}): boolean {
  if (host.open >= mostOpen) return false;
  // What waits on a host that forgets with the connection how to go on is better off elsewhere.
  if (!host.outlives) return host.open < host.parallel;
  return host.open < host.parallel * roundsAtOnce || (host.isPredicted && host.busySeconds < aheadSeconds);
}

/**
 * Trials that are likely to run at once there: the agent's guard has the last word, and what it lets run while it has
 * held others back for a while is what this host can take.
 */
export function parallelOf(sweep: Sweep, host: FleetHost, now: number): number {
  const most = placesOf(sweep.points[0]?.resources, host, openGpus);
  return Math.max(1, Math.min(most, lastinglyHeld(host, now) ?? most));
}

/** Whether a host has let nothing at all start for a while. */
export const isBlocked = (host: FleetHost, now: number): boolean => lastinglyHeld(host, now) === 0;

/**
 * Whether a host, or all of its GPUs, are somebody else's for now, so that what takes one waits there until they leave, or its
 * disk has no room for the trials. Told by the last figures, at once: who gave way is not to wait for whom it gave way to.
 */
export const isTaken = (sweep: Sweep, host: FleetHost): boolean => {
  if (host.link.kind === 'ready' && host.link.figures?.hold != null) return true;
  if (fullFor(sweep.points[0]?.resources, host) !== null) return true;
  const facts = host.link.kind === 'ready' ? host.link.facts : null;
  const resources = sweep.points[0]?.resources;
  if (facts === null || resources === undefined || gpusOf(resources, facts) === 0) return false;
  const gpus = facts.gpus ?? [];
  return gpus.length > 0 && openGpus(host, gpus).length === 0;
};

const working = (gpus: readonly GpuFacts[]): readonly GpuFacts[] =>
  gpus.filter(({ problem }) => problem === null);

/** Those that are reserved for nobody now, and on which nobody else computes whom ours would disturb. */
function openGpus({ link, listing }: FleetHost, gpus: readonly GpuFacts[]): readonly GpuFacts[] {
  if (link.kind !== 'ready') return gpus;
  const whose = { limits: limitsOf(listing.limits), user: link.facts.user, figures: link.figures };
  const figures = new Map(link.figures?.gpus.map((gpu) => [gpu.uuid, gpu]));
  return gpus.filter(
    ({ uuid, index }) =>
      reservedBy({ index }, whose) === null &&
      !computesBeside({ index, figures: figures.get(uuid) ?? null }, whose),
  );
}

/** How many run on a host that holds others back and has done so for a while; null where it does not. */
function lastinglyHeld(host: FleetHost, now: number): number | null {
  const { link } = host;
  if (link.kind !== 'ready') return null;
  const { heldSince } = link;
  const isLasting = heldSince !== null && now - heldSince >= lastingMs;
  return isLasting || isFull(host) ? (link.figures?.running ?? null) : null;
}

/** A full disk is not a moment of somebody's, as a load is: it stays full until a person makes room. */
const isFull = (host: FleetHost): boolean => fullFor(undefined, host) !== null;

/** Why a host's disk is too full for a trial to start there; null where it is not, or nobody knows. */
export function fullFor(
  resources: Resources | undefined,
  { link, listing: { limits } }: FleetHost,
): Extract<Refusal, { kind: 'disk' }> | null {
  if (link.kind !== 'ready') return null;
  const { figures, facts } = link;
  return fullDisk(resources ?? { diskBytes: null }, {
    figures,
    limits: limitsOf(limits),
    folder: facts.folder,
    diskBytes: facts.diskBytes,
  });
}

/** Trials that an idle host holds at once, whoever else is there now. */
export const idlePlacesOf = (resources: Resources | undefined, host: FleetHost): number =>
  placesOf(resources, host, (_, gpus) => gpus);

/** Of those that take a GPU one on each, as far as is known before they are there (scheduler/lane.ts). */
function placesOf(
  resources: Resources | undefined,
  host: FleetHost,
  usable: (host: FleetHost, gpus: readonly GpuFacts[]) => readonly GpuFacts[],
): number {
  const { link, listing } = host;
  const { limits } = listing;
  const facts = link.kind === 'ready' ? link.facts : null;
  const cpus = resources?.cpus ?? 1;
  const total = cpusOf(facts?.cpus ?? 1, limits);
  const byCpus = cpus > 0 ? Math.max(1, Math.floor(total / cpus)) : total * 4;
  const byGpus =
    resources === undefined || facts === null || gpusOf(resources, facts) === 0
      ? byCpus
      : usable(host, working(facts.gpus ?? [])).length;
  return Math.min(byCpus, byGpus, limits.slots ?? byCpus);
}
