/** Which marks hold a whole host. Pure. */
import type { PatientMarks } from '../model/limits/limit.ts';
import { type HostMarkName, hostMarkNames } from '../model/limits/limit-values.ts';
import { recordOf } from '../model/record-of.ts';
import type { HostFigures } from '../protocol/messages.ts';
import type { HeldHostMarks } from './host-load.ts';
import type { Limits } from './limits.ts';

export interface HostMark {
  readonly isHeld: boolean;
  /** Since when its figure has been beyond the mark at which that changes; null where it is not. Host's clock, in ms. */
  readonly turningSince: number | null;
  /** Since when it is held by a first look; null where it is not, or has been seen to last. */
  readonly unprovenSince: number | null;
  /** By which marks that was decided. */
  readonly marks: PatientMarks;
}
export type HostMarks = Readonly<Record<HostMarkName, HostMark>>;

type MarkedFigures = Pick<HostFigures, 'othersLoad' | 'cores' | 'memoryPressure' | 'swapInBytes'>;

/** Null where the kernel does not tell: that holds nothing. */
const figureOf: Readonly<Record<HostMarkName, (figures: MarkedFigures, cpus: number) => number | null>> = {
  othersLoadPerCpu: ({ othersLoad, cores }, cpus) => othersLoad / (cores ?? cpus),
  memoryPressure: ({ memoryPressure }) => memoryPressure,
  swapInBytes: ({ swapInBytes }) => swapInBytes,
};

/**
 * The first figure counts at once, since nothing says that what it shows has just begun, and until it is over: nothing says that
 * it will last. So does the first by another limit, as when an agent that has just begun is told its inventory's.
 *
 * @param before null where nobody has looked for a while
 * @param cpus cores that ours may use
 */
export const hostMarksAfter = (
  before: HostMarks | null,
  figures: MarkedFigures,
  { cpus, limits, now }: { readonly cpus: number; readonly limits: Limits; readonly now: number },
): HostMarks =>
  recordOf(hostMarkNames, (name) => [
    name,
    markAfter(before?.[name] ?? null, figureOf[name](figures, cpus), limits[name], now),
  ]);

function markAfter(
  before: HostMark | null,
  figure: number | null,
  marks: PatientMarks,
  now: number,
): HostMark {
  const { hold, release, patienceMs } = marks;
  const rested = { turningSince: null, unprovenSince: null, marks };
  if (figure === null) return { isHeld: false, ...rested };
  if (before?.marks.hold !== hold)
    return figure >= hold ? { isHeld: true, ...rested, unprovenSince: now } : { isHeld: false, ...rested };
  const { isHeld, turningSince } = before;
  const isProven = before.unprovenSince === null || now - before.unprovenSince >= patienceMs;
  const isBeyond = isHeld ? figure <= release : figure >= hold;
  // Between the marks it is neither over nor back: a dip of seconds does not begin the time anew.
  const isBack = isHeld ? figure >= hold : figure <= release;
  const since = isBeyond ? (turningSince ?? now) : isBack ? null : turningSince;
  const turns = isBeyond && since !== null && (now - since >= patienceMs || !isProven);
  const unprovenSince = isProven ? null : before.unprovenSince;
  return turns ? { isHeld: !isHeld, ...rested } : { isHeld, turningSince: since, unprovenSince, marks };
}

export const heldBy = (marks: HostMarks | null): HeldHostMarks =>
  recordOf(hostMarkNames, (name) => [name, marks?.[name].isHeld ?? false]);
