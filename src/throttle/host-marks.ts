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
 * @param before null where nobody has looked for a while: then the first figure counts at once, since nothing says that what
 * it shows has just begun
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
  { hold, release, patienceMs }: PatientMarks,
  now: number,
): HostMark {
  if (figure === null) return { isHeld: false, turningSince: null };
  if (before === null) return { isHeld: figure >= hold, turningSince: null };
  const { isHeld, turningSince } = before;
  const isBeyond = isHeld ? figure <= release : figure >= hold;
  // Between the marks it is neither over nor back: a dip of seconds does not begin the time anew.
  const isBack = isHeld ? figure >= hold : figure <= release;
  const since = isBeyond ? (turningSince ?? now) : isBack ? null : turningSince;
  const turns = isBeyond && since !== null && now - since >= patienceMs;
  return turns ? { isHeld: !isHeld, turningSince: null } : { isHeld, turningSince: since };
}

export const heldBy = (marks: HostMarks | null): HeldHostMarks =>
  recordOf(hostMarkNames, (name) => [name, marks?.[name].isHeld ?? false]);
