/**
 * What coordinator and worker say to each other: one JSON document a line, in order, over one stream.
 * Every field is always set (`null` where there is nothing), and a message is decoded from `unknown` once, at the edge.
 */
import { z } from 'zod';
import { momentSchema } from '../model/ceiling.ts';
import {
  attemptIdSchema,
  contentHashSchema,
  launchIdSchema,
  ledgerId,
  ledgerIdSchema,
  sweepNameSchema,
  trialIdSchema,
  writtenAttempt,
  writtenTrial,
} from '../model/ids.ts';
import { hostLimitsSchema, hostSettingsSchema } from '../model/inventory/inventory.ts';
import { launchSchema } from '../model/launch.ts';
import { innerPath } from '../model/manifest.ts';
import { paramsSchema } from '../model/grid/params.ts';
import { resourcesSchema } from '../model/resources.ts';
import { fileFolderSchema } from './from-agent.ts';

export {
  type FileFolder,
  type FromAgent,
  fromAgentSchema,
  type HostSaid,
  type WantedWheels,
  wantedWheelsSchema,
} from './from-agent.ts';
export {
  type GpuFacts,
  type GpuFigures,
  type Holding,
  holdingSchema,
  type HostFacts,
  hostFactsSchema,
  type HostFigures,
  hostFiguresSchema,
  type Others,
  type Room,
} from './host-facts.ts';

/** Raised when an older agent or coordinator could misread a newer one. */
export const protocolVersion = 8;

/** What is carried of a checkpoint to another host: beyond it a link is busy for longer than most trials run. */
export const mostCheckpointBytes = 2 * 1024 ** 3;

/** What a trial is expected to take, by what its like took anywhere; null where nothing is known. */
export const predictedSchema = z.object({
  /** At its peak. */
  gpuMemoryBytes: z.number().nullable(),
  hostMemoryBytes: z.number().nullable(),
  /** Share of a GPU's time. */
  gpuBusy: z.number().nullable().default(null),
});
export type Predicted = Readonly<z.infer<typeof predictedSchema>>;
export const nothingPredicted: Predicted = { gpuMemoryBytes: null, hostMemoryBytes: null, gpuBusy: null };

/** What the lab has learned of a shape: `seconds` are those of the host that is told. */
export const expectedSchema = z.object({
  shape: z.string(),
  predicted: predictedSchema,
  seconds: z.number().nullable(),
});
export type Expected = Readonly<z.infer<typeof expectedSchema>>;

/** One attempt of a trial as it is leased to a host. */
export const leaseSchema = z.object({
  attempt: attemptIdSchema,
  /** 1 for a trial's first attempt: what people read. */
  number: z.number().int(),
  trial: trialIdSchema,
  launch: launchIdSchema,
  params: paramsSchema,
  seed: z.number().int(),
  resources: resourcesSchema,
  predicted: predictedSchema.default(nothingPredicted),
  /** Hash of program, data and all parameters but the seed: trials that need the same. */
  shape: z.string(),
  predictedSeconds: z.number().nullable(),
  /** The trial's earlier attempt whose checkpoint lies on this host, so that it goes on from there. */
  continues: attemptIdSchema.nullable(),
  /** Hosts went down under this trial: it starts where nothing else of labsweep runs, and nothing starts beside it. */
  alone: z.boolean().default(false),
  /** For whom: of one ledger's sweeps the one of the highest priority goes first. Leases of before do not say. */
  sweep: sweepNameSchema.nullable().default(null),
  priority: z.number().default(0),
});
export type Lease = Readonly<z.infer<typeof leaseSchema>>;

const ofThisProtocolSchema = z.discriminatedUnion('kind', [
  /** First on every connection. A writer with an older term than the agent has seen is turned away. */
  z.object({
    kind: z.literal('hello'),
    protocol: z.number(),
    ledger: ledgerIdSchema,
    /** Whose ledger it is and where it lies, for the others who use this agent. */
    owner: z.string(),
    term: z.number(),
    role: z.enum(['writer', 'reader']),
  }),
  /** Answer to `state`: lines of these attempts that are committed already. Metrics flow only after it. */
  z.object({ kind: z.literal('reconciled'), committedLines: z.record(writtenAttempt, z.number()) }),
  /** What the inventory caps on this host; of several ledgers that use it, the strictest word holds. */
  z.object({ kind: z.literal('limits'), limits: hostLimitsSchema }),
  /** What the inventory says of this host besides; holds for this ledger's trials. */
  z.object({ kind: z.literal('settings'), settings: hostSettingsSchema }),
  z.object({ kind: z.literal('content'), hashes: z.array(contentHashSchema) }),
  /** A packed folder was put at `path` of the host: unpack it, verify it, say `content`. */
  z.object({ kind: z.literal('unpack'), hash: contentHashSchema, path: z.string() }),
  /** Prepare for the trials of a launch, and say `launch` when it is done. */
  z.object({
    kind: z.literal('launch'),
    launch: launchIdSchema,
    spec: launchSchema,
    /** A folder of wheels in the content store, where the host has asked for one. */
    wheels: contentHashSchema.nullable(),
    /** Values of the launch's `passEnv`: kept in memory and nowhere else. */
    passed: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('lease'), leases: z.array(leaseSchema) }),
  /** What the lab has learned since of shapes of which something waits here. */
  z.object({ kind: z.literal('expect'), shapes: z.array(expectedSchema) }),
  z.object({ kind: z.literal('take-back'), attempts: z.array(attemptIdSchema) }),
  z.object({ kind: z.literal('cancel'), attempts: z.array(attemptIdSchema) }),
  /** These ends are in the ledger: the agent may forget them. */
  z.object({ kind: z.literal('ack'), attempts: z.array(attemptIdSchema) }),
  /** A reader's question: the log of an attempt from a byte offset. */
  z.object({ kind: z.literal('read-log'), attempt: writtenAttempt, offset: z.number() }),
  /**
   * A reader's question: what of a launch would not work here, as a trial with these parameters would find it. No
   * trial starts and nothing is made that takes long. Ends with the connection. Who asks has brought `files` before.
   */
  z.object({
    kind: z.literal('check-launch'),
    spec: launchSchema,
    settings: hostSettingsSchema,
    params: paramsSchema,
    seed: z.number(),
  }),
  /** A writer's question: a file from a byte offset, such as an artifact that was too large to come with its result. */
  z.object({ kind: z.literal('read-file'), of: fileFolderSchema, path: innerPath, offset: z.number() }),
  /** A writer's question: what of a trial lies here for its next attempt. */
  z.object({ kind: z.literal('list-checkpoint'), trial: writtenTrial }),
  /** A packed checkpoint was put at `path` of the host: it takes the place of what is there, whole; `checkpoint-restored`. */
  z.object({
    kind: z.literal('restore-checkpoint'),
    trial: writtenTrial,
    hash: contentHashSchema,
    path: z.string(),
  }),
  /** A person trusts the host again; or it went down with others, for want of power and of nothing that it carried. */
  z.object({ kind: z.literal('forget-ceiling'), of: z.enum(['all', 'last-crash']) }),
  /** What its agent said last of an earlier boot, which ended without a word: its disk may lack some of it. */
  z.object({ kind: z.literal('last-moments'), bootId: z.string(), moments: z.array(momentSchema) }),
  /** These trials have their results, from elsewhere: nobody goes on from what lies here. */
  z.object({ kind: z.literal('drop-checkpoints'), trials: z.array(trialIdSchema) }),
]);
export type ToAgent = Readonly<z.infer<typeof ofThisProtocolSchema>>;

/** All that a hello has in every version: enough to be turned away with a reason instead of being hung up on. */
const helloOfAnotherSchema = z
  .object({ kind: z.literal('hello'), protocol: z.number().refine((version) => version !== protocolVersion) })
  .transform(
    ({ protocol }): ToAgent => ({
      kind: 'hello',
      protocol,
      ledger: ledgerId(''),
      owner: '',
      term: 0,
      role: 'reader',
    }),
  );

export const toAgentSchema = z.union([ofThisProtocolSchema, helloOfAnotherSchema]);
