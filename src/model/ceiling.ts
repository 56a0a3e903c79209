/** What a host is known to bear, and what it carries meanwhile (throttle/ceiling.ts has the rules). */
import { z } from 'zod';

const said = z.number().nonnegative().finite().nullable();

/** Null limits nothing. Watts of all GPUs together, of the hottest GPU's degrees Celsius, bytes of host memory. */
export const ceilingSchema = z.object({
  watts: said.default(null),
  celsius: said.default(null),
  memoryBytes: said.default(null),
  /** What it died under, and when (ms since 1970). */
  died: z
    .object({ at: z.number(), watts: said, celsius: said, memoryBytes: said, running: z.number() })
    .nullable(),
  /** The most that its GPUs took together for a while without harm. */
  borneWatts: z.number().nonnegative().finite().default(0),
  /** Full trials that it survived near its power since that was raised last. */
  survived: z.number().int().nonnegative().default(0),
});
export type Ceiling = Readonly<z.infer<typeof ceilingSchema>>;

export const noCeiling: Ceiling = {
  watts: null,
  celsius: null,
  memoryBytes: null,
  died: null,
  borneWatts: 0,
  survived: 0,
};

/** What a host carried at one moment. */
export const momentSchema = z.object({
  /** Milliseconds of the host's monotonic clock. */
  at: z.number(),
  /** Of all GPUs together: now, idle, and at their limits. */
  watts: said,
  idleWatts: said,
  limitWatts: said,
  celsius: said,
  memoryBytes: z.number().nonnegative(),
  memoryTotalBytes: z.number().nonnegative(),
  /** Trials of ours. */
  running: z.number().int().nonnegative(),
});
export type Moment = Readonly<z.infer<typeof momentSchema>>;

/** What is known of a host's last moments before this boot. */
export interface BootBefore {
  readonly bootId: string;
  readonly moments: readonly Moment[];
  /** It was shut down in order, which teaches nothing. */
  readonly hasLeft: boolean;
}
