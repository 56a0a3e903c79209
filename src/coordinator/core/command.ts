import { z } from 'zod';
import {
  importedResultSchema,
  importSourceSchema,
  pointDeclarationSchema,
  sweepDeclarationSchema,
} from '../../ledger/events.ts';
import { metricsLineSchema } from '../../model/metrics.ts';

/** What a person asks of the coordinator, by the command line or through the writer's socket. */
export const commandSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    declaration: sweepDeclarationSchema,
    points: z.array(pointDeclarationSchema),
  }),
  /** `sweep` null: every sweep of the ledger. */
  z.object({ kind: z.literal('resume'), sweep: z.string().nullable() }),
  z.object({ kind: z.literal('pause'), sweep: z.string().nullable() }),
  z.object({ kind: z.literal('stop'), sweep: z.string().nullable() }),
  /** Nothing more starts there, what waits is taken back, what runs goes to its end; `on` ends it, and a quarantine. */
  z.object({ kind: z.literal('drain'), host: z.string() }),
  z.object({ kind: z.literal('off'), host: z.string(), because: z.string() }),
  z.object({ kind: z.literal('on'), host: z.string() }),
  /** Results of another ledger, with their metrics lines. Those that are here already change nothing. */
  importSourceSchema.extend({
    kind: z.literal('import'),
    results: z.array(z.object({ result: importedResultSchema, lines: z.array(metricsLineSchema) })),
  }),
  z.object({ kind: z.literal('retry'), trials: z.array(z.string()) }),
]);
export type Command = Readonly<z.infer<typeof commandSchema>>;
