import { z } from 'zod';

/** What a trial is expected to take, memory at its peak; null where nothing is known. */
export const predictionSchema = z.object({
  seconds: z.number().nullable(),
  gpuMemoryBytes: z.number().nullable(),
  hostMemoryBytes: z.number().nullable(),
});
export type Prediction = Readonly<z.infer<typeof predictionSchema>>;
