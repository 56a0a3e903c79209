/** What a host is to the trials of one sweep: how many run there at once, how long each takes, and what of a place it needs. */
import type { PointDeclaration } from '../../ledger/events.ts';
import type { Sweep } from '../../ledger/state.ts';
import { slownessOf } from '../../predict/duration.ts';
import { limitsOf } from '../../throttle/limits.ts';
import { togetherOn } from '../../throttle/sharing.ts';
import { gpuHeadroomBytes, headroomBytes } from '../../throttle/room.ts';
import { parallelOf } from '../hosts/backlog.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { placeOf } from '../hosts/place.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { Outlook, Outlooks } from './outlook.ts';

export interface Lane {
  /** GPUs, or trials where they take none; no more than the host's memory holds. */
  readonly parallel: number;
  readonly outlook: Outlook;
  /** How many times as long trials take there as on a host like all others. */
  readonly slowness: number;
  /** The kind of its GPUs, and what each has to give; null where trials take none. */
  readonly gpuName: string | null;
  readonly gpuBytes: number | null;
}

/** @param now wall clock in ms */
export function laneOf(
  state: CoordinatorState,
  sweep: Sweep,
  host: FleetHost,
  outlooks: Outlooks,
  now: number,
): Lane {
  const outlook = outlooks(sweep.declaration.launch);
  const place = placeOf(host, sweep.points[0]?.resources);
  const [gpu] = (host.link.kind === 'ready' ? host.link.facts.gpus : null) ?? [];
  const limits = limitsOf(host.listing.limits);
  return {
    parallel: Math.min(parallelOf(sweep, host, now), byMemory(sweep, host, outlook)),
    outlook,
    slowness: slownessOf(state.durations, outlook.likeness, place),
    gpuName: place.gpuName,
    gpuBytes:
      place.gpuName === null || gpu === undefined
        ? null
        : gpu.memoryBytes - gpuHeadroomBytes(gpu.memoryBytes, limits),
  };
}

/** Trials that the host's memory holds at once, as they take it on the mean; at least one. */
function byMemory(sweep: Sweep, { link, listing }: FleetHost, outlook: Outlook): number {
  const totalBytes = link.kind === 'ready' ? link.facts.memoryBytes : 0;
  const roomBytes = totalBytes - headroomBytes(totalBytes, limitsOf(listing.limits));
  const sizes = hostBytesOf(sweep, outlook);
  // What is feared to take all that there is takes no more than a host has.
  const takenBytes = sizes.reduce((sum, bytes) => sum + Math.min(bytes, roomBytes), 0);
  if (takenBytes <= 0) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor((roomBytes * sizes.length) / takenBytes));
}

/** Points of a sweep that tell of all. */
const mostPoints = 64;

/** Bytes of the host's memory that trials take, of points all over the sweep; asked for each host of a plan. */
function hostBytesOf({ points }: Sweep, outlook: Outlook): readonly number[] {
  const ofSweeps = known.get(outlook) ?? new WeakMap<Sweep['points'], readonly number[]>();
  known.set(outlook, ofSweeps);
  const found = ofSweeps.get(points);
  if (found !== undefined) return found;
  const step = Math.ceil(points.length / mostPoints);
  const sizes = points
    .filter((_, place) => place % step === 0)
    .map((point) => outlook.of(point).hostBytes() ?? 0);
  ofSweeps.set(points, sizes);
  return sizes;
}

const known = new WeakMap<Outlook, WeakMap<Sweep['points'], readonly number[]>>();

/** Seconds that a trial runs there, alone on its GPU. */
export const secondsIn = ({ outlook, slowness }: Lane, point: PointDeclaration): number =>
  outlook.of(point).seconds * slowness;

/**
 * Share of a GPU's time and memory that a trial takes from others, 1 where nothing is known: of those that keep it busy for a
 * third, three run on it, and no fourth (throttle/device-rules.ts, `sharing`).
 */
export function shareIn({ outlook, gpuName, gpuBytes }: Lane, point: PointDeclaration): number {
  if (gpuBytes === null || !outlook.isSeen) return 1;
  const { busy, gpuBytes: bytesOf } = outlook.of(point);
  const needBytes = bytesOf(gpuName);
  const byMemory = needBytes === null ? 1 : Math.floor(gpuBytes / Math.max(needBytes, 1));
  const together = Math.max(1, Math.min(byMemory, busy === null ? byMemory : togetherOn(busy)));
  return Math.max(1 / together, Math.min(1, busy ?? 0));
}
