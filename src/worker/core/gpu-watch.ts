import type { HeldMarks } from '../../throttle/host-load.ts';
import { unheld } from '../../throttle/marks.ts';

/** What the agent watches of a GPU. */
export interface GpuWatch {
  /** Which marks it is above, or not yet down from. */
  held: HeldMarks;
  /** The least that it was seen to take; null where the driver does not tell. */
  idleWatts: number | null;
  /** Since when somebody else computes there; null where nobody does. */
  othersSince: number | null;
  /** When a trial of ours was suspended there, or went on, last. */
  relievedAt: number;
}

export const newGpuWatch = (): GpuWatch => ({
  held: unheld,
  idleWatts: null,
  othersSince: null,
  relievedAt: Number.NEGATIVE_INFINITY,
});
