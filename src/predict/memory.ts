/**
 * What a trial will take of a memory at its peak, learned from those that ended: its shape's own peak once that was seen,
 * else what is declared of it, times how much more its launch took so far than was declared. Kinds of GPU differ in what
 * their libraries take, so what was seen on one is known there, and a guess elsewhere. Pure; one of these for GPUs, one for
 * hosts. Bytes.
 */

/** By kind of GPU, in the driver's words. */
export type Memories = Map<string, KindMemory>;

/** Hosts' memory is of one kind, and so is that of a GPU whose name nobody knows. */
export const oneKind = '';

interface KindMemory {
  readonly launches: Map<string, LaunchMemory>;
  readonly shapes: Map<string, ShapeMemory>;
}

interface LaunchMemory {
  /** How trials took more or less than was declared. */
  readonly beside: Spread;
  /** What trials took of which nothing was declared, the first of each shape. */
  readonly peaks: Spread;
}

/** Of logarithms. */
interface Spread {
  most: number;
  count: number;
  sum: number;
  squares: number;
}

interface ShapeMemory {
  /** The most that one took that came to its end; 0 where none did. */
  peakBytes: number;
  /** The most that one held that ran out. */
  heldBytes: number;
  /** More than what one had when it ran out; 0 where none did. */
  fearedBytes: number;
  /** It ran out though one had come to its end: its peak is shorter than a sample, or another at times. */
  isMoody: boolean;
}

export const noMemories = (): Memories => new Map();

/** What runs out of memory wanted more than it had, and nobody knows how much: programs ask for it in leaps. */
const leap = 1.6;
/** Who runs out once more after that is given all of a device. */
const allOfIt = Number.MAX_SAFE_INTEGER;
/** Of a shape, seeds differ by so little. */
const seedMargin = 1.05;
/**
 * What one or two trials say of the spread is little: as if two more had been seen that differ by a tenth from what is
 * declared; of shapes of which nothing is declared, by a third.
 */
const priorTrials = 2;
const declaredSpread = 0.1;
const shapesSpread = 0.35;
const spreads = 2;
/** After so many that took no more than was declared, the next takes more with a chance of 1 in 10 (rule of succession). */
const timesHeld = 8;

export interface Kind {
  readonly launch: string;
  readonly shape: string;
  /** Null where nothing is declared. */
  readonly declaredBytes: number | null;
}

export interface Taken {
  readonly peakBytes: number;
  /** What it had at most when it ended for want of this memory; null where it came to its end. */
  readonly ranOutAtBytes: number | null;
}

/** @param gpuName of the device that it ran on, or `oneKind` */
export function observeMemory(memories: Memories, gpuName: string, kind: Kind, taken: Taken): void {
  const { launches, shapes } = ofKind(memories, gpuName);
  const { launch, shape, declaredBytes } = kind;
  const { peakBytes, ranOutAtBytes } = taken;
  const seen = shapes.get(shape) ?? { peakBytes: 0, heldBytes: 0, fearedBytes: 0, isMoody: false };
  shapes.set(shape, seen);
  if (ranOutAtBytes !== null) return fear(seen, Math.max(ranOutAtBytes, declaredBytes ?? 0), peakBytes);
  const isFirst = seen.peakBytes === 0;
  seen.peakBytes = Math.max(seen.peakBytes, peakBytes);
  if (peakBytes <= 0) return;
  const ofLaunch = launches.get(launch) ?? { beside: noSpread(), peaks: noSpread() };
  launches.set(launch, ofLaunch);
  if (declaredBytes !== null && declaredBytes > 0) add(ofLaunch.beside, Math.log(peakBytes / declaredBytes));
  else if (isFirst) add(ofLaunch.peaks, Math.log(peakBytes));
}

function fear(seen: ShapeMemory, hadBytes: number, heldBytes: number): void {
  const isMore = seen.fearedBytes > 0 && hadBytes * leap <= seen.fearedBytes;
  seen.heldBytes = Math.max(seen.heldBytes, heldBytes);
  seen.fearedBytes = isMore ? allOfIt : Math.max(seen.fearedBytes, hadBytes * leap);
  seen.isMoody ||= seen.peakBytes > 0;
}

/**
 * Null where nothing is known. Never less than is declared: samples once a second may miss the peak of a short one.
 *
 * @param gpuName of the device that it would run on, or `oneKind`
 */
export function predictMemory(memories: Memories, gpuName: string, kind: Kind): number | null {
  const own = memories.get(gpuName);
  const here = own === undefined ? null : predictIn(own, kind);
  if (own?.shapes.has(kind.shape) === true && here !== null) return here;
  let bytes = largest(here, kind.declaredBytes);
  for (const [name, other] of memories) if (name !== gpuName) bytes = largest(bytes, predictIn(other, kind));
  return bytes;
}

/**
 * What an unseen shape of a launch may take of which nothing is declared, by the shapes of it that were seen; null before
 * the first.
 *
 * @param runningBytes the most that one of the launch holds that has not ended yet; 0 where none runs
 */
export function guessMemory(memories: Memories, launch: string, runningBytes: number): number | null {
  const peaks = memories.get(oneKind)?.launches.get(launch)?.peaks ?? noSpread();
  const seen = peaks.count === 0 ? 0 : Math.max(Math.exp(peaks.most), aboveMost(peaks, shapesSpread));
  const bytes = Math.max(seen, runningBytes * Math.exp(spreads * shapesSpread));
  return bytes > 0 ? bytes : null;
}

export const largest = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.max(one, other);

function ofKind(memories: Memories, gpuName: string): KindMemory {
  const known = memories.get(gpuName) ?? { launches: new Map(), shapes: new Map() };
  memories.set(gpuName, known);
  return known;
}

function predictIn({ launches, shapes }: KindMemory, { launch, shape, declaredBytes }: Kind): number | null {
  const seen = shapes.get(shape);
  if (seen !== undefined && seen.peakBytes > 0) {
    const bytes = Math.max(Math.max(seen.peakBytes, seen.heldBytes) * seedMargin, declaredBytes ?? 0);
    return seen.isMoody ? Math.max(bytes, seen.fearedBytes) : bytes;
  }
  const feared = seen === undefined || seen.fearedBytes === 0 ? null : seen.fearedBytes;
  if (declaredBytes === null) return feared;
  const beside = launches.get(launch)?.beside;
  const tells = beside !== undefined && beside.count > 0 && !holds(beside);
  const factor = tells ? aboveMost(beside, declaredSpread) : 1;
  return Math.max(declaredBytes * Math.max(1, factor), feared ?? 0);
}

/** Whether what is declared is the most that trials take: of a few that took no more the next one may. */
const holds = ({ most, count }: Spread): boolean => most <= 0 && count >= timesHeld;

const noSpread = (): Spread => ({ most: Number.NEGATIVE_INFINITY, count: 0, sum: 0, squares: 0 });

function add(spread: Spread, value: number): void {
  spread.most = Math.max(spread.most, value);
  spread.count += 1;
  spread.sum += value;
  spread.squares += value * value;
}

/** The mean, and two spreads more. */
function aboveMost({ count, sum, squares }: Spread, prior: number): number {
  const mean = sum / count;
  const variance = (squares - count * mean * mean + priorTrials * prior ** 2) / (count + priorTrials);
  return Math.exp(mean + spreads * Math.sqrt(Math.max(0, variance)));
}
