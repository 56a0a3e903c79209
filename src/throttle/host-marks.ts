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
  if (figure === null || before?.marks.hold !== hold) return firstLook(figure, marks, now);
  const rested = { turningSince: null, unprovenSince: null, marks };
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

function firstLook(figure: number | null, marks: PatientMarks, now: number): HostMark {
  const isHeld = figure !== null && figure >= marks.hold;
  return { isHeld, turningSince: null, unprovenSince: isHeld ? now : null, marks };
}

/** As these limits have them, which may have come since the last look: what was decided by others is decided anew. */
export const marksBy = (
  marks: HostMarks,
  figures: MarkedFigures,
  { cpus, limits, now }: { readonly cpus: number; readonly limits: Limits; readonly now: number },
): HostMarks =>
  recordOf(hostMarkNames, (name) => {
    const mark = marks[name];
    const isByThese = mark.marks.hold === limits[name].hold;
    return [name, isByThese ? mark : firstLook(figureOf[name](figures, cpus), limits[name], now)];
  });

export const heldBy = (marks: HostMarks | null): HeldHostMarks =>
  recordOf(hostMarkNames, (name) => [name, marks?.[name].isHeld ?? false]);
