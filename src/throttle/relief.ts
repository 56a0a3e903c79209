/**
 * What has to give way on a host that carries too much, and what may go on. Admission predicts; this corrects, where the
 * prediction was wrong or somebody came. Suspended is what makes heat and takes power, and only for a while; evicted is
 * what holds memory. The youngest first: the least work waits, or is lost. Never a process that is not ours. Pure.
 */
import { formatDuration } from '../model/duration.ts';
import type { EvictedOver } from '../model/result/outcome.ts';
import { decimal } from '../model/refusal/refusal-phrases.ts';
import { formatSize } from '../model/size.ts';
import { computesBeside, isKeptForOthers, policyOf, reservedBy } from './etiquette.ts';
import type { GpuLoad, HostLoad, OurShare } from './host-load.ts';
import { oursOn } from './room.ts';
import { calmWatts, powerOf } from './power.ts';
import { criticalCelsius } from './heat.ts';

export type Relief =
  | { readonly kind: 'suspend'; readonly attempt: string; readonly because: string }
  | { readonly kind: 'resume'; readonly attempt: string }
  | {
      readonly kind: 'evict';
      readonly attempt: string;
      readonly over: EvictedOver;
      /** What follows `gave way: `. */
      readonly because: string;
    };

/** Who comes may only have looked: what computes there for so long has come. */
const othersPatienceMs = 1_500;
/** A GPU whose trial was suspended, or goes on, shows in its figures after this what that was worth. */
const settlesMs = 5_000;
/** So much cooler a GPU is before anything goes on there. */
const coolerCelsius = 8;
/** What was suspended for so long is better off elsewhere, if it can go on there. */
const longestMs = 10 * 60_000;

/** @param now milliseconds of the host's monotonic clock */
export function relieve(host: HostLoad, now: number): readonly Relief[] {
  if (host.figures === null || host.figuresAgeMs > host.limits.staleAfterMs) return [];
  const leaving = new Map<string, Relief>();
  for (const one of [
    ...leaveHost(host),
    ...giveWay(host, now),
    ...freeGpus(host),
    ...freeMemory(host),
    ...moveOn(host, now),
  ])
    if (!leaving.has(one.attempt)) leaving.set(one.attempt, one);
  const staying = { ...host, ours: host.ours.filter(({ attempt }) => !leaving.has(attempt)) };
  return [...leaving.values(), ...coolDown(staying, now), ...goOn(staying, now)];
}

/** Who keeps the host free gets it: what can go on elsewhere leaves. */
function* leaveHost({ figures, ours }: HostLoad): Generator<Relief> {
  if (figures?.hold == null) return;
  const because = `somebody keeps the host free by touching ${figures.hold.file}`;
  for (const { attempt, hasCheckpoint, isEnding } of ours)
    if (hasCheckpoint && !isEnding) yield { kind: 'evict', attempt, over: 'others', because };
}

/**
 * A GPU is left by all when the hours begin in which it is reserved. When somebody else begins to compute there, it is left by
 * all where it is kept for them, else by those that can go on elsewhere.
 */
function* giveWay(host: HostLoad, now: number): Generator<Relief> {
  for (const gpu of host.gpus ?? []) {
    const reserved = reservedBy(gpu, host);
    if (reserved !== null) {
      const because = `GPU ${gpu.index} is reserved${reserved.owner === null ? '' : ` for ${reserved.owner}`} now`;
      for (const { attempt } of stayingOn(gpu, host))
        yield { kind: 'evict', attempt, over: 'others', because };
      continue;
    }
    const since = gpu.othersSince;
    if (since === null || now - since < othersPatienceMs || !computesBeside(gpu, host)) continue;
    const isKept = isKeptForOthers(gpu, host);
    const who = (isKept ? policyOf(gpu.index, host)?.owner : null) ?? 'somebody else';
    for (const { attempt, hasCheckpoint } of stayingOn(gpu, host))
      if (isKept || hasCheckpoint)
        yield { kind: 'evict', attempt, over: 'others', because: `${who} computes on GPU ${gpu.index}` };
  }
}

/** One alone on a full GPU has the room that there is; of several the youngest leaves, before the next batch of any fails. */
function* freeGpus(host: HostLoad): Generator<Relief> {
  for (const gpu of host.gpus ?? []) {
    const { figures, index } = gpu;
    const [first, second] = stayingOn(gpu, host);
    if (figures === null || first === undefined || second === undefined) continue;
    if (oursOn(gpu, host.ours).some(({ isEnding }) => isEnding)) continue;
    const { memoryUsedBytes: usedBytes, memoryTotalBytes: totalBytes } = figures;
    if (usedBytes < totalBytes * host.limits.gpuMemoryCriticalShare) continue;
    const because = `${formatSize(usedBytes)} of the ${formatSize(totalBytes)} of GPU ${index} were taken`;
    yield {
      kind: 'evict',
      attempt: forMemory(stayingOn(gpu, host), gpuExcess).attempt,
      over: 'gpu-memory',
      because,
    };
  }
}

/** The kernel kills whom it likes: before it does, the youngest leaves that can go on elsewhere, else the youngest. */
function* freeMemory(host: HostLoad): Generator<Relief> {
  const { figures, limits, ours } = host;
  if (figures === null) return;
  const totalBytes = figures.memoryTotalBytes;
  const usedBytes = totalBytes - figures.memoryAvailableBytes;
  const leaving = ours.filter(({ isEnding }) => isEnding);
  const freed = leaving.reduce((sum, { measuredBytes }) => sum + (measuredBytes ?? 0), 0);
  const staying = ours.filter(({ isEnding }) => !isEnding);
  if (staying.length === 0 || usedBytes - freed < totalBytes * limits.memoryCriticalShare) return;
  const { attempt, measuredBytes } = forMemory(staying, hostExcess(staying));
  // What holds next to nothing frees nothing: others fill the host.
  if ((measuredBytes ?? 0) < totalBytes * smallShare) return;
  const because = `${formatSize(usedBytes)} of the host's ${formatSize(totalBytes)} of memory were taken`;
  yield { kind: 'evict', attempt, over: 'memory', because };
}

const smallShare = 0.01;

function* moveOn({ ours }: HostLoad, now: number): Generator<Relief> {
  for (const { attempt, suspended, hasCheckpoint, isEnding } of ours)
    if (suspended !== null && hasCheckpoint && !isEnding && now - suspended.since >= longestMs)
      yield {
        kind: 'evict',
        attempt,
        over: 'strain',
        because: `it stood still for ${formatDuration(now - suspended.since)}: ${suspended.because}`,
      };
}

function* coolDown(host: HostLoad, now: number): Generator<Relief> {
  let isRelieved = false;
  for (const gpu of host.gpus ?? []) {
    const celsius = gpu.figures?.temperatureCelsius ?? null;
    const limitCelsius = criticalCelsius(host);
    const youngest = youngestOf(stayingOn(gpu, host).filter(({ suspended }) => suspended === null));
    if (celsius === null || celsius < limitCelsius || youngest === null) continue;
    if (now - gpu.relievedAt < settlesMs) continue;
    isRelieved = true;
    const because = `GPU ${gpu.index} was at ${decimal(celsius)} °C, and ${decimal(limitCelsius)} °C are too hot there`;
    yield { kind: 'suspend', attempt: youngest.attempt, because };
  }
  const { watts, limitWatts } = powerOf(host);
  if (isRelieved || limitWatts === null || watts <= limitWatts) return;
  if ((host.gpus ?? []).some(({ relievedAt }) => now - relievedAt < powerSettlesMs)) return;
  const computing = host.ours.filter(
    ({ suspended, isEnding, device }) => suspended === null && !isEnding && device !== 'cpu',
  );
  const youngest = youngestOf(computing);
  // One alone goes on: what it takes is no sum that this host would not bear.
  if (youngest !== null && computing.length > 1)
    yield {
      kind: 'suspend',
      attempt: youngest.attempt,
      because: `the GPUs took ${decimal(watts)} W, and the host bears ${decimal(limitWatts)} W`,
    };
}

/** Power follows within a sample or two. */
const powerSettlesMs = 2_000;

/** The one that was suspended first, once its GPU is cool and the host's power has room for it. */
function* goOn(host: HostLoad, now: number): Generator<Relief> {
  const { watts, limitWatts } = powerOf(host);
  let room = limitWatts === null ? Number.POSITIVE_INFINITY : calmWatts(limitWatts) - watts;
  const suspended = host.ours
    .flatMap((share) =>
      share.suspended === null || share.isEnding ? [] : [{ share, since: share.suspended.since }],
    )
    .sort((one, other) => one.since - other.since);
  const seen = new Set<string>();
  for (const { share } of suspended) {
    const gpu = host.gpus?.find(({ uuid }) => uuid === share.device);
    if (gpu === undefined || seen.has(gpu.uuid)) continue;
    seen.add(gpu.uuid);
    const celsius = gpu.figures?.temperatureCelsius ?? null;
    const isCool = celsius === null || celsius <= criticalCelsius(host) - coolerCelsius;
    const isLone = !host.ours.some((other) => other.suspended === null && other.device !== 'cpu');
    if (!isCool || now - gpu.relievedAt < settlesMs || (share.watts > room && !isLone)) continue;
    room -= share.watts;
    yield { kind: 'resume', attempt: share.attempt };
  }
}

const stayingOn = (gpu: GpuLoad, { ours }: HostLoad): OurShare[] =>
  oursOn(gpu, ours).filter(({ isEnding }) => !isEnding);

const youngestOf = (shares: readonly OurShare[]): OurShare | null =>
  shares.reduce<OurShare | null>(
    (best, share) => (best === null || share.startedAt >= best.startedAt ? share : best),
    null,
  );

/**
 * Who leaves for want of memory: what took more than was expected of it, which others are not to pay for; else the youngest
 * that can go on elsewhere, else the youngest. Of one at least.
 */
function forMemory(shares: readonly OurShare[], excessOf: (share: OurShare) => number): OurShare {
  const [greediest] = shares
    .filter((share) => excessOf(share) > 0)
    .sort((one, other) => excessOf(other) - excessOf(one));
  const savers = shares.filter(({ hasCheckpoint }) => hasCheckpoint);
  const chosen = greediest ?? youngestOf(savers) ?? youngestOf(shares);
  if (chosen === null) throw new Error('nothing of ours can leave');
  return chosen;
}

/** Beyond what was expected, where something was; samples of what keeps to it differ by a little. */
const excess = (measuredBytes: number | null, expectedBytes: number | null): number =>
  expectedBytes === null ? 0 : (measuredBytes ?? 0) - expectedBytes * excessShare;
const excessShare = 1.1;

/** Of whom nothing is known shows what it is by holding more than all others of ours together. */
function hostExcess(shares: readonly OurShare[]): (share: OurShare) => number {
  const all = shares.reduce((sum, { measuredBytes }) => sum + (measuredBytes ?? 0), 0);
  return ({ measuredBytes, resources, isGuessed }) =>
    isGuessed ? (measuredBytes ?? 0) - all / 2 : excess(measuredBytes, resources.hostMemoryBytes);
}

const gpuExcess = ({ gpuMeasuredBytes, resources }: OurShare): number =>
  excess(gpuMeasuredBytes, resources.gpuMemoryBytes);
