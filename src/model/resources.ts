import { z } from 'zod';

/** What one trial is expected to take of a host. Bytes at the peak; `cpus: 0` takes no core. */
export const resourcesSchema = z.object({
  cpus: z.number().min(0),
  /** Null: one where the host has any. */
  gpus: z.union([z.literal(0), z.literal(1)]).nullable(),
  gpuMemoryBytes: z.number().nonnegative().nullable(),
  hostMemoryBytes: z.number().nonnegative().nullable(),
  diskBytes: z.number().nonnegative().nullable(),
});
export type Resources = Readonly<z.infer<typeof resourcesSchema>>;
