import { z } from 'zod';

/**
 * Why a trial does not start now, as data (P6). Rendered by refusal-text.ts; `why` shows each with its host and
 * device. Figures are what was measured when the rule was asked.
 */
export const refusalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slots'), running: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('cpus'), needCpus: z.number(), freeCpus: z.number(), totalCpus: z.number() }),
  z.object({
    kind: z.literal('memory'),
    needBytes: z.number(),
    freeBytes: z.number(),
    totalBytes: z.number(),
  }),
  z.object({ kind: z.literal('load'), othersLoad: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('disk'), freeBytes: z.number(), limitBytes: z.number() }),
  /** The ramp guard: a shape never observed settles before the next one starts. */
  z.object({ kind: z.literal('ramp'), attempt: z.string() }),
  /** Figures older than 3 s: nothing is known, so nothing starts. */
  z.object({ kind: z.literal('stale'), ageMs: z.number() }),
  z.object({ kind: z.literal('no-gpu') }),
  z.object({ kind: z.literal('labels'), missing: z.array(z.string()) }),
  z.object({ kind: z.literal('off'), because: z.string() }),
  z.object({ kind: z.literal('quarantined'), because: z.string() }),
  z.object({ kind: z.literal('unreachable'), because: z.string() }),
  z.object({ kind: z.literal('preparing'), what: z.string() }),
  /** What its launch needs could not be made there. `logTail`: the end of what was said of it. */
  z.object({ kind: z.literal('unprepared'), because: z.string(), logTail: z.string() }),
  /** Values that are kept in memory alone, and come with a coordinator. */
  z.object({ kind: z.literal('pass-env'), names: z.array(z.string()) }),
  /** Others are ahead of it: by how many trials. */
  z.object({ kind: z.literal('queue'), ahead: z.number() }),
  z.object({ kind: z.literal('concurrent'), running: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('paused') }),
]);
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;
