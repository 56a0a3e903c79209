import { z } from 'zod';

/** When something will have ended, in seconds from now: what is most likely, and between what it is most times. */
export const etaSchema = z.object({ seconds: z.number(), low: z.number(), high: z.number() });
export type Eta = Readonly<z.infer<typeof etaSchema>>;
