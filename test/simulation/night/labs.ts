/** Labs that differ in what servers have to bear. */
import type { NightOptions } from './night.ts';

export const labs = {
  usual: {},
  /** No owners, no weak power supplies, no bad cooling. */
  calm: { isCalm: true },
  /** People come to GPUs that nobody owns, and leave most of them free. */
  guests: { hasGuests: true },
  /** One trial of each point holds more and more of its host's memory. */
  leaks: { leaks: true },
  /** Most trials do not fit on a small GPU, and a third of what they take is declared. */
  tight: { batchSize: 256, declaredTooLow: 3 },
} as const satisfies Readonly<Record<string, NightOptions>>;

export type LabName = keyof typeof labs;

export const isLab = (name: string): name is LabName => Object.hasOwn(labs, name);
