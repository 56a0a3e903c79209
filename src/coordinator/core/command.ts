import { z } from 'zod';
import {
  importedResultSchema,
  importSourceSchema,
  pointDeclarationSchema,
  sweepDeclarationSchema,
  sweepPartSchema,
} from '../../ledger/events.ts';
import { hostNameSchema, sweepNameSchema, trialIdSchema } from '../../model/ids.ts';
import { metricsLineSchema } from '../../model/result/metrics.ts';

/** A sweep that somebody wants to come to its end, or trials of it. */
export const askedSchema = z.object({ sweep: sweepNameSchema, trials: z.array(trialIdSchema).nullable() });
export type Asked = Readonly<z.infer<typeof askedSchema>>;

/** What a person asks of the coordinator, by the command line or through the writer's socket. */
export const commandSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    declaration: sweepDeclarationSchema,
    points: z.array(pointDeclarationSchema),
  }),
  /** A smaller run: declares the whole sweep as its file has it, and asks for a part of it. */
  z.object({
    kind: z.literal('run-part'),
    declaration: sweepDeclarationSchema,
    points: z.array(pointDeclarationSchema),
    part: sweepPartSchema,
  }),
  /** `sweep` null: every sweep that is open and of which something that was asked for is left. */
  z.object({ kind: z.literal('resume'), sweep: sweepNameSchema.nullable() }),
  /** What another coordinator was asked for and had not ended. Opens nothing. `trials` null: what the ledger has of it. */
  z.object({ kind: z.literal('go-on'), asked: z.array(askedSchema) }),
  /** `sweep` null: every sweep of the ledger. */
  z.object({ kind: z.literal('pause'), sweep: sweepNameSchema.nullable() }),
  z.object({ kind: z.literal('stop'), sweep: sweepNameSchema.nullable() }),
  /** Nothing more starts there, what waits is taken back, what runs goes to its end; `on` ends it, and a quarantine. */
  z.object({ kind: z.literal('drain'), host: hostNameSchema }),
  z.object({ kind: z.literal('off'), host: hostNameSchema, because: z.string() }),
  z.object({ kind: z.literal('on'), host: hostNameSchema }),
  /** What it went down under is no limit any more. */
  z.object({ kind: z.literal('forget'), host: hostNameSchema }),
  /** Results of another ledger, with their metrics lines. Those that are here already change nothing. */
  importSourceSchema.extend({
    kind: z.literal('import'),
    results: z.array(z.object({ result: importedResultSchema, lines: z.array(metricsLineSchema) })),
  }),
  z.object({ kind: z.literal('retry'), trials: z.array(trialIdSchema) }),
]);
export type Command = Readonly<z.infer<typeof commandSchema>>;
