import { z } from 'zod';
import { metricsLineSchema } from './metrics.ts';
import { outcomeSchema } from './outcome.ts';

export const artifactSchema = z.object({
  /** Path below the artifacts folder, `/` between its parts. */
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Whether the sweep asks for it; the others stay on their host. */
  comesBack: z.boolean(),
});
export type Artifact = Readonly<z.infer<typeof artifactSchema>>;

/** What is known of an attempt once it has ended: told by the agent, kept in the ledger as it is. */
export const attemptEndSchema = z.object({
  outcome: outcomeSchema,
  /** The line of the best objective and the last line; null where there was none. */
  best: metricsLineSchema.nullable(),
  final: metricsLineSchema.nullable(),
  /** Count of all kept metrics lines, and the SHA-256 of their NDJSON text. */
  metricsCount: z.number(),
  metricsHash: z.string(),
  /** Measured on the host by its monotonic clock, and by the kernel. */
  seconds: z.number(),
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Of its GPU's memory; null where it had no GPU. Ledgers written before there were GPUs lack it. */
  peakGpuMemoryBytes: z.number().nullable().default(null),
  device: z.string().nullable(),
  artifacts: z.array(artifactSchema),
  /**
   * What it left for the trial's next attempt; null where nobody has looked: it succeeded, or its host lost power.
   * Ledgers written before checkpoints were carried to other hosts lack it.
   */
  checkpointBytes: z.number().nullable().default(null),
  /** The last lines of the log, where the outcome asks for an explanation; else empty. */
  logTail: z.string(),
});
export type AttemptEnd = Readonly<z.infer<typeof attemptEndSchema>>;
