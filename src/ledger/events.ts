/**
 * The facts of a ledger, in the order in which they were committed. A fact is never changed; `fold.ts` turns them
 * into state. One event may speak of many attempts: a burst of results is one commit.
 */
import { z } from 'zod';
import { attemptEndSchema } from '../model/result/attempt-end.ts';
import {
  attemptIdSchema,
  hostNameSchema,
  launchIdSchema,
  ledgerIdSchema,
  sweepNameSchema,
  trialIdSchema,
  writtenAttempt,
} from '../model/ids.ts';
import { launchSchema } from '../model/launch.ts';
import { objectiveSchema } from '../model/result/metrics.ts';
import { paramsSchema } from '../model/grid/params.ts';
import { predictionSchema } from '../model/prediction.ts';
import { resourcesSchema } from '../model/resources.ts';

/** Wall clock of the coordinator's machine, ms since 1970: for people; no decision compares two machines' clocks. */
const at = z.number();

export const sweepDeclarationSchema = z.object({
  sweep: sweepNameSchema,
  /** Where the file was, for people. */
  path: z.string(),
  /** The sweep's program in the words of the identity, and for people (`cnn1d 1`, `python3 train.py`). */
  program: z.unknown(),
  programName: z.string(),
  data: z.unknown(),
  dataName: z.string().nullable(),
  objective: objectiveSchema,
  launch: launchIdSchema,
  spec: launchSchema,
  labels: z.array(z.string()),
  retries: z.number(),
  concurrent: z.number().nullable(),
  /** Of the ledger's sweeps the highest goes first. */
  priority: z.number().default(0),
  seeds: z.array(z.number()),
  /** Names of the parameters that vary, in the order of the axes. */
  axes: z.array(z.string()),
});
export type SweepDeclaration = Readonly<z.infer<typeof sweepDeclarationSchema>>;

/** A sweep of another ledger: what was asked there, without what runs it. */
export const foreignDeclarationSchema = sweepDeclarationSchema.omit({ spec: true });
export type ForeignDeclaration = Readonly<z.infer<typeof foreignDeclarationSchema>>;

/** A point of a sweep with its trials: `trials[i]` is the replicate of `seeds[i]`. */
export const pointDeclarationSchema = z.object({
  params: paramsSchema,
  case: z.string().nullable(),
  shape: z.string(),
  resources: resourcesSchema,
  /** Trainable parameters, and operations of a training: null where the program does not say. */
  parameters: z.number().nullable(),
  operations: z.number().nullable(),
  trials: z.array(trialIdSchema),
});
export type PointDeclaration = Readonly<z.infer<typeof pointDeclarationSchema>>;

/** What a smaller run asks for of a sweep: points by their place in the declaration, from 0, each with these seeds. */
export const sweepPartSchema = z.object({ points: z.array(z.number()), seeds: z.array(z.number()) });
export type SweepPart = Readonly<z.infer<typeof sweepPartSchema>>;

/** A trial that succeeded in another ledger. */
export const importedResultSchema = z.object({
  attempt: attemptIdSchema,
  host: hostNameSchema,
  sweep: sweepNameSchema,
  launch: launchIdSchema,
  /** Wall clock of the machine that committed it. */
  endedAt: z.number(),
  trial: trialIdSchema,
  seed: z.number(),
  replicate: z.number(),
  point: pointDeclarationSchema,
  /** The sweeps that hold the trial there. */
  sweeps: z.array(sweepNameSchema),
  /** On which its best line was chosen; null where `launches` says so, in ledgers of before. */
  judgedBy: objectiveSchema.nullable().default(null),
  end: attemptEndSchema,
});
export type ImportedResult = Readonly<z.infer<typeof importedResultSchema>>;

/** What is the same for the results of one ledger. */
export const importSourceSchema = z.object({
  ledger: ledgerIdSchema,
  /** Where it was, for people. */
  path: z.string(),
  declarations: z.array(foreignDeclarationSchema),
});

export const ledgerEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ledger-created'), at, ledger: ledgerIdSchema }),
  /**
   * A coordinator's turn. `nonce` heads the ids of the attempts that it leases. `secret` seals them (attempt-seal.ts) in
   * this term and all that follow: it is made once, by the first term that finds none, and no host is told of it.
   */
  z.object({
    kind: z.literal('term-started'),
    at,
    term: z.number(),
    nonce: z.string(),
    machine: z.string(),
    secret: z.string().nullable().default(null),
  }),
  /** A host had heard of a later term: this ledger is an older copy of itself, and goes on after that one. */
  z.object({ kind: z.literal('term-raised'), at, term: z.number(), nonce: z.string(), host: hostNameSchema }),
  /** Declares a sweep or replaces its declaration; its points follow in `points-declared`, then `sweep-opened`. */
  z.object({ kind: z.literal('sweep-declared'), at, declaration: sweepDeclarationSchema }),
  z.object({
    kind: z.literal('points-declared'),
    at,
    sweep: sweepNameSchema,
    points: z.array(pointDeclarationSchema),
  }),
  /**
   * The declaration is whole: only now does anything of it start. `part` is null where as much of it is asked for as
   * before; all of a sweep that has just been declared for the first time.
   */
  z.object({
    kind: z.literal('sweep-opened'),
    at,
    sweep: sweepNameSchema,
    part: z
      .union([z.literal('all'), sweepPartSchema])
      .nullable()
      .default(null),
  }),
  z.object({
    kind: z.literal('leased'),
    at,
    host: hostNameSchema,
    leases: z.array(
      z.object({
        attempt: attemptIdSchema,
        number: z.number(),
        trial: trialIdSchema,
        sweep: sweepNameSchema,
        /** Nothing else of labsweep runs beside it: hosts went down under its trial. */
        alone: z.boolean().default(false),
        /** The earlier attempt of the trial whose checkpoint lies on the host; null where none does. */
        continues: attemptIdSchema.nullable().default(null),
        /** Why it begins anew though an earlier attempt left a checkpoint elsewhere; null where it does not. */
        anew: z.string().nullable().default(null),
        /** As it was when it was leased; null in older ledgers, and where nothing was known. */
        predicted: predictionSchema.nullable().default(null),
      }),
    ),
  }),
  /** The host confirmed that these had not started: they are queued again, uncharged. */
  z.object({ kind: z.literal('taken-back'), at, host: hostNameSchema, attempts: z.array(attemptIdSchema) }),
  z.object({
    kind: z.literal('started'),
    at,
    host: hostNameSchema,
    attempts: z.array(z.object({ attempt: attemptIdSchema, device: z.string() })),
  }),
  z.object({
    kind: z.literal('ended'),
    at,
    attempt: attemptIdSchema,
    host: hostNameSchema,
    end: attemptEndSchema,
  }),
  /** Attempts that were given up for lost in a silence, and that their host runs still. */
  z.object({ kind: z.literal('returned'), at, host: hostNameSchema, attempts: z.array(attemptIdSchema) }),
  /** An attempt that a host still holds and this ledger does not know: kept as it is (an older copy was restored). */
  z.object({
    kind: z.literal('adopted'),
    at,
    attempt: writtenAttempt,
    host: hostNameSchema,
    trial: trialIdSchema,
  }),
  /** These of its artifacts lie in the state folder now. */
  z.object({
    kind: z.literal('artifacts-fetched'),
    at,
    attempt: attemptIdSchema,
    paths: z.array(z.string()),
  }),
  /** It was to come back and never will. */
  z.object({
    kind: z.literal('artifact-gone'),
    at,
    attempt: attemptIdSchema,
    path: z.string(),
    because: z.string(),
  }),
  /** `untilRoom`: for want of disk space, which goes by; ledgers of before do not say. */
  z.object({
    kind: z.literal('host-quarantined'),
    at,
    host: hostNameSchema,
    because: z.string(),
    untilRoom: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('host-trusted'), at, host: hostNameSchema }),
  /** A person wants nothing more to start there; what runs goes to its end. `because` is for people. */
  z.object({ kind: z.literal('host-closed'), at, host: hostNameSchema, because: z.string() }),
  /** It is used again, whatever was said or found before. */
  z.object({ kind: z.literal('host-opened'), at, host: hostNameSchema }),
  /** A person wants nothing more of it to start until `sweep-opened`; what runs goes to its end. */
  z.object({ kind: z.literal('sweep-paused'), at, sweep: sweepNameSchema }),
  /** A person or the early-failure rule ended the sweep: nothing of it starts until `sweep-opened`. */
  z.object({
    kind: z.literal('sweep-stopped'),
    at,
    sweep: sweepNameSchema,
    by: z.enum(['person', 'same-failure']),
    because: z.string(),
  }),
  /** Hosts go down under it, also where it runs alone: it is not tried again by itself. `because` is for people. */
  z.object({ kind: z.literal('given-up'), at, trial: trialIdSchema, because: z.string() }),
  /** Charges of trials are forgotten, and those that have failed are queued again: a person asked, or the host was at fault. */
  z.object({ kind: z.literal('retry-asked'), at, trials: z.array(trialIdSchema) }),
  /** Results of another ledger, whose artifacts stay there. */
  importSourceSchema.extend({
    kind: z.literal('imported'),
    at,
    /** Empty but in ledgers of before: a command that comes from another ledger is never run. */
    launches: z.array(z.object({ launch: launchIdSchema, spec: launchSchema })),
    results: z.array(importedResultSchema),
  }),
  /** What is before was saved from a damaged ledger, without the metrics lines of these attempts, which have ended. */
  z.object({ kind: z.literal('recovered'), at, lostMetrics: z.array(attemptIdSchema) }),
]);
export type LedgerEvent = Readonly<z.infer<typeof ledgerEventSchema>>;

/** Events that an older labsweep wrote with fewer fields, and that are rare. */
const grown: ReadonlySet<string> = new Set(['term-started', 'sweep-declared', 'sweep-opened']);

/**
 * An event as it stands in a ledger. It was checked against the schema of its time before it was written: only what that
 * lacked is filled in, since to check all of them again takes longer than to read them.
 *
 * @throws SyntaxError for what is not JSON, ZodError for what is no event
 */
export function storedEvent(payload: string): LedgerEvent {
  const event: LedgerEvent = JSON.parse(payload);
  return grown.has(event.kind) ? ledgerEventSchema.parse(event) : event;
}
