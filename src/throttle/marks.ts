import type { GpuFigures } from '../protocol/messages.ts';
import type { HeldMarks } from './host-load.ts';
import type { Marks } from '../model/limits/limit.ts';
import type { Limits } from './limits.ts';

export const unheld: HeldMarks = { utilisation: false, temperature: false };

/** Which marks hold a GPU after a sample, given which held it before: up at one mark, down only at a lower one. */
export const heldAfter = (
  before: HeldMarks,
  { utilisation, temperatureCelsius }: Pick<GpuFigures, 'utilisation' | 'temperatureCelsius'>,
  limits: Limits,
): HeldMarks => ({
  utilisation: isHeld(before.utilisation, utilisation, limits.utilisation),
  temperature: isHeld(before.temperature, temperatureCelsius, limits.temperatureCelsius),
});

/** What the driver does not tell holds nothing. */
const isHeld = (before: boolean, value: number | null, { hold, release }: Marks): boolean =>
  value !== null && (value >= hold || (before && value > release));
