/**
 * What a trial will take of a memory at its peak, learned from those that ended: its shape's own peak once that was seen,
 * else what is declared of it, times how much more its launch took so far than was declared. Pure; one of these for GPUs,
 * one for hosts. Bytes.
 */

export interface Memories {
  /** By launch: how trials took more or less than was declared, as logarithms. */
  readonly launches: Map<string, Ratios>;
  readonly shapes: Map<string, ShapeMemory>;
}

interface Ratios {
  /** The largest. */
  most: number;
  count: number;
  sum: number;
  squares: number;
}

interface ShapeMemory {
  /** The most that one took that came to its end; 0 where none did. */
  peakBytes: number;
  /** More than what one had when it ran out; 0 where none did. */
  floorBytes: number;
}

export const noMemories = (): Memories => ({ launches: new Map(), shapes: new Map() });

/** What runs out of memory wanted more than it had, and nobody knows how much: programs ask for it in leaps. */
const leap = 1.6;
/** Of a shape, seeds differ by so little. */
const seedMargin = 1.05;
/** What one or two trials say of the spread is little: as if two more had been seen that differ by a tenth. */
const priorTrials = 2;
const priorSpread = 0.1;
const spreads = 2;

export interface Kind {
  readonly launch: string;
  readonly shape: string;
  /** Null where nothing is declared. */
  readonly declaredBytes: number | null;
}

/** @param ranOut whether it ended for want of this memory, with `peakBytes` at its last sample */
export function observeMemory(
  { launches, shapes }: Memories,
  { launch, shape, declaredBytes }: Kind,
  peakBytes: number,
  ranOut: boolean,
): void {
  const seen = shapes.get(shape) ?? { peakBytes: 0, floorBytes: 0 };
  shapes.set(shape, seen);
  if (ranOut) {
    seen.floorBytes = Math.max(seen.floorBytes, Math.max(peakBytes, declaredBytes ?? 0) * leap);
    return;
  }
  seen.peakBytes = Math.max(seen.peakBytes, peakBytes);
  if (declaredBytes === null || declaredBytes <= 0 || peakBytes <= 0) return;
  const ratio = Math.log(peakBytes / declaredBytes);
  const ratios = launches.get(launch) ?? { most: Number.NEGATIVE_INFINITY, count: 0, sum: 0, squares: 0 };
  launches.set(launch, ratios);
  ratios.most = Math.max(ratios.most, ratio);
  ratios.count += 1;
  ratios.sum += ratio;
  ratios.squares += ratio * ratio;
}

/** Null where nothing is known. Never less than is declared: samples once a second may miss the peak of a short one. */
export function predictMemory(
  { launches, shapes }: Memories,
  { launch, shape, declaredBytes }: Kind,
): number | null {
  const { peakBytes = 0, floorBytes = 0 } = shapes.get(shape) ?? {};
  if (peakBytes > 0) return Math.max(peakBytes * seedMargin, floorBytes, declaredBytes ?? 0);
  if (declaredBytes === null) return floorBytes > 0 ? floorBytes : null;
  const ratios = launches.get(launch);
  const factor = ratios === undefined ? 1 : Math.max(1, factorOf(ratios));
  return Math.max(declaredBytes * factor, floorBytes);
}

/** The mean, and two spreads more; what is declared holds as long as none has taken more. */
function factorOf({ most, count, sum, squares }: Ratios): number {
  if (most <= 0) return 1;
  const mean = sum / count;
  const variance = (squares - count * mean * mean + priorTrials * priorSpread ** 2) / (count + priorTrials);
  return Math.exp(mean + spreads * Math.sqrt(Math.max(0, variance)));
}
