import { z } from 'zod';
import { etaSchema } from '../model/eta.ts';
import {
  attemptIdSchema,
  hostNameSchema,
  ledgerIdSchema,
  sweepNameSchema,
  trialIdSchema,
} from '../model/ids.ts';
import { refusalSchema } from '../model/refusal/refusal.ts';
import { holdingSchema, hostFactsSchema, hostFiguresSchema } from '../protocol/messages.ts';

/** What holds now and is no fact of the ledger: the writer says it once a second, for `status` and `why`. */
export const liveFiguresSchema = z.object({
  /** Wall clock of the writer's machine, ms since 1970. */
  at: z.number(),
  pid: z.number(),
  /** The ledger, and how many events are committed in it. */
  ledger: ledgerIdSchema.nullable().default(null),
  events: z.number().default(0),
  sweeps: z.array(
    z.object({
      sweep: sweepNameSchema,
      /** Null where nothing of it has ended yet, or no host takes it. */
      eta: etaSchema.nullable().default(null),
      /** Whether somebody asked this coordinator for it, or for some of it; it leases nothing else. */
      asked: z.boolean().default(true),
      /** Where only some of its trials were asked for: those that are still to be leased. */
      waiting: z.array(trialIdSchema).nullable().default(null),
      /** Why what was asked for is not leased, by host: for the trials of these keys (waiting-key.ts). */
      waits: z
        .array(
          z.object({
            keys: z.array(z.string()),
            /** Null: nothing is against it. Of a queue, the trials that wait on the host. */
            hosts: z.array(z.object({ host: hostNameSchema, refusal: refusalSchema.nullable() })),
          }),
        )
        .default([]),
      /** Trials that wait for a host to come back, which has their checkpoint. */
      awaits: z.array(z.object({ trial: trialIdSchema, host: hostNameSchema })).default([]),
      /** Why none of what was asked for can go on, by host; null while something may. */
      stranded: z
        .array(z.object({ host: hostNameSchema, refusal: refusalSchema }))
        .nullable()
        .default(null),
    }),
  ),
  hosts: z.array(
    z.object({
      name: hostNameSchema,
      state: z.enum(['connecting', 'preparing', 'ready', 'unprepared', 'unreachable', 'off', 'quarantined']),
      /** As the inventory has them. */
      labels: z.array(z.string()),
      /** Why it is not ready, or what is amiss while it is, for a person. */
      because: z.string().nullable(),
      facts: hostFactsSchema.nullable(),
      figures: hostFiguresSchema.nullable(),
      running: z.array(
        z.object({ attempt: attemptIdSchema, trial: trialIdSchema, device: z.string(), sinceMs: z.number() }),
      ),
      /** Attempts that wait there. */
      backlog: z.number(),
      holds: z.array(z.object({ attempt: attemptIdSchema, refusals: z.array(refusalSchema) })),
      /** What other ledgers have there. */
      others: z.array(holdingSchema),
    }),
  ),
  /** Checkpoints on their way from one host to another, whose trials wait for them. */
  carries: z.array(z.object({ trial: trialIdSchema, from: hostNameSchema, to: hostNameSchema })).default([]),
  /** What is wrong with the inventory as it was edited last, with its place; null where it is in force. */
  inventoryProblem: z.string().nullable().default(null),
});
export type LiveFigures = Readonly<z.infer<typeof liveFiguresSchema>>;
