/** What an agent writes down before it acts. Replayed through the reducer that acts now (apply.ts). */
import { z } from 'zod';
import { attemptEndSchema } from '../../model/result/attempt-end.ts';
import { attemptIdSchema, launchIdSchema, ledgerId, ledgerIdSchema } from '../../model/ids.ts';
import { hostLimitsSchema, hostSettingsSchema } from '../../model/inventory/inventory.ts';
import { launchSchema } from '../../model/launch.ts';
import { metricsLineSchema } from '../../model/result/metrics.ts';
import { leaseSchema } from '../../protocol/messages.ts';

const attempt = attemptIdSchema;
/** Milliseconds of the host's monotonic clock. */
const at = z.number();

const stopReasonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cancelled') }),
  z.object({ kind: z.literal('timeout'), afterMs: z.number() }),
  z.object({ kind: z.literal('stalled'), afterMs: z.number() }),
  z.object({
    kind: z.literal('evicted'),
    over: z.enum(['others', 'memory', 'gpu-memory', 'strain']),
    message: z.string(),
  }),
]);

/** How far each source of metrics lines has been read, in bytes; of the CSV file also how many rows, and their hash. */
const offsetsSchema = z.object({
  report: z.number(),
  log: z.number(),
  csv: z.number(),
  /** Null in journals from before rows were counted. */
  csvRows: z.number().nullable().default(null),
  csvHash: z.number().default(0),
});
export const nothingRead: Offsets = { report: 0, log: 0, csv: 0, csvRows: 0, csvHash: 0 };
export type Offsets = Readonly<z.infer<typeof offsetsSchema>>;

export const journalRecordSchema = z.discriminatedUnion('kind', [
  /** An agent began in this boot of the host: what was started in another is gone. */
  z.object({ kind: z.literal('boot'), bootId: z.string() }),
  /** The agent was asked to end: by its successor in this boot, or because the host is shut down. */
  z.object({ kind: z.literal('left') }),
  z.object({
    kind: z.literal('term'),
    ledger: ledgerIdSchema,
    term: z.number(),
    /** As `hello` says it; empty in journals from before it did. */
    owner: z.string().default(''),
  }),
  /** Of the ledger's inventory; in journals from before they said whose, of nobody's. */
  z.object({
    kind: z.literal('limits'),
    ledger: ledgerIdSchema.default(ledgerId('')),
    limits: hostLimitsSchema,
  }),
  z.object({ kind: z.literal('settings'), ledger: ledgerIdSchema, settings: hostSettingsSchema }),
  z.object({ kind: z.literal('launch'), launch: launchIdSchema, spec: launchSchema }),
  z.object({ kind: z.literal('leased'), ledger: ledgerIdSchema, leases: z.array(leaseSchema) }),
  z.object({ kind: z.literal('taken-back'), attempts: z.array(attempt) }),
  /** On a GPU by its UUID, or on the `cpu`, as all were before journals said so. */
  z.object({ kind: z.literal('starting'), attempt, at, device: z.string().default('cpu') }),
  z.object({
    kind: z.literal('started'),
    attempt,
    /** Its start may have waited for copies of its program. Null: when it was asked for, or nobody knows. */
    at: at.nullable().default(null),
    pid: z.number(),
    startTime: z.number().nullable(),
    oomKills: z.number().nullable(),
  }),
  /** The first sample of it: what tells its process from a later one of the same number. */
  z.object({ kind: z.literal('identified'), attempt, startTime: z.number() }),
  /** It stands still for a while (SIGSTOP), and goes on (SIGCONT). `because`: a sentence. */
  z.object({ kind: z.literal('suspended'), attempt, at, because: z.string() }),
  z.object({ kind: z.literal('resumed'), attempt }),
  /** It was asked to end: SIGKILL follows at `killAt`, whichever agent lives then. */
  z.object({ kind: z.literal('stopping'), attempt, why: stopReasonSchema, killAt: at }),
  /**
   * Lines that are kept. `pending` were read and may yet be: the best and the last that were thinned out. `standing` where a
   * file was written anew with another history: what was read before counts no more for best and result, but for these.
   */
  z.object({
    kind: z.literal('lines'),
    attempt,
    standing: z.array(metricsLineSchema).nullable().default(null),
    lines: z.array(metricsLineSchema),
    pending: z.array(metricsLineSchema),
    /** How many were read for it; null in journals from before it was counted. */
    read: z.number().nullable().default(null),
    offsets: offsetsSchema,
  }),
  /** The seal: outcome, lines and artifacts by size and hash. */
  z.object({ kind: z.literal('ended'), attempt, end: attemptEndSchema }),
  z.object({ kind: z.literal('acked'), attempts: z.array(attempt) }),
  /** Device-seconds of late: of the account, of its ledgers and their sweeps. `at`: the wall clock, ms since 1970. */
  z.object({
    kind: z.literal('used'),
    at: z.number(),
    gpuSeconds: z.number(),
    coreSeconds: z.number(),
    ledgers: z.array(z.tuple([z.string(), z.number()])),
    sweeps: z.array(z.tuple([z.string(), z.number()])),
  }),
]);
export type JournalRecord = Readonly<z.infer<typeof journalRecordSchema>>;
