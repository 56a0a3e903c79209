import { z } from 'zod';

/**
 * When something will have ended, in seconds from now: what is most likely, and between what it is most times. `overdue`: what
 * is waited for has run for so much longer than expected that nobody knows.
 */
export const etaSchema = z.object({
  seconds: z.number(),
  low: z.number(),
  high: z.number(),
  overdue: z.boolean().default(false),
});
export type Eta = Readonly<z.infer<typeof etaSchema>>;
