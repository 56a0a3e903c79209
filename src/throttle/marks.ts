import type { Marks } from '../model/limits/limit.ts';
import { type MarkName, markNames } from '../model/limits/limit-values.ts';
import { recordOf } from '../model/record-of.ts';
import type { GpuFigures } from '../protocol/messages.ts';
import type { HeldMarks } from './host-load.ts';
import type { Limits } from './limits.ts';

export const unheld: HeldMarks = recordOf(markNames, (name) => [name, false]);

/** Which marks hold a GPU after a sample, given which held it before: up at one mark, down only at a lower one. */
export const heldAfter = (
  before: HeldMarks,
  figures: Pick<GpuFigures, MarkName>,
  limits: Limits,
): HeldMarks => recordOf(markNames, (name) => [name, isHeld(before[name], figures[name], limits[name])]);

/** What the driver does not tell holds nothing. */
const isHeld = (before: boolean, value: number | null, { hold, release }: Marks): boolean =>
  value !== null && (value >= hold || (before && value > release));
