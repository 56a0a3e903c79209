/**
 * What coordinator and worker say to each other: one JSON document a line, in order, over one stream.
 * Every field is always set (`null` where there is nothing), and a message is decoded from `unknown` once, at the edge.
 */
import { z } from 'zod';
import { attemptEndSchema } from '../model/attempt-end.ts';
import { hostLimitsSchema, hostSettingsSchema } from '../model/inventory.ts';
import { launchSchema } from '../model/launch.ts';
import { manifestSchema } from '../model/manifest.ts';
import { metricsLineSchema } from '../model/metrics.ts';
import { paramsSchema } from '../model/params.ts';
import { refusalSchema } from '../model/refusal.ts';
import { resourcesSchema } from '../model/resources.ts';
import { launchCheckSchema } from './launch-check.ts';

/** Raised when an older agent or coordinator could misread a newer one. */
export const protocolVersion = 5;

/** What is carried of a checkpoint to another host: beyond it a link is busy for longer than most trials run. */
export const mostCheckpointBytes = 2 * 1024 ** 3;

/** What a host without internet needs wheels for: tags as PEP 425 has them. */
export const wantedWheelsSchema = z.object({
  /** `3.11` */
  python: z.string(),
  /** `cp` */
  implementation: z.string(),
  abis: z.array(z.string()),
  platforms: z.array(z.string()),
});
export type WantedWheels = Readonly<z.infer<typeof wantedWheelsSchema>>;

/** One attempt of a trial as it is leased to a host. */
export const leaseSchema = z.object({
  attempt: z.string(),
  /** 1 for a trial's first attempt: what people read. */
  number: z.number().int(),
  trial: z.string(),
  launch: z.string(),
  params: paramsSchema,
  seed: z.number().int(),
  resources: resourcesSchema,
  /** Hash of program, data and all parameters but the seed: trials that need the same. */
  shape: z.string(),
  predictedSeconds: z.number().nullable(),
  /** The trial's earlier attempt whose checkpoint lies on this host, so that it goes on from there. */
  continues: z.string().nullable(),
  /** Hosts went down under this trial: it starts where nothing else of labsweep runs, and nothing starts beside it. */
  alone: z.boolean().default(false),
});
export type Lease = Readonly<z.infer<typeof leaseSchema>>;

/** A folder of a host whose files may be asked for. */
export const fileFolderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('artifacts'), attempt: z.string() }),
  z.object({ kind: z.literal('checkpoint'), trial: z.string() }),
]);
export type FileFolder = Readonly<z.infer<typeof fileFolderSchema>>;

const ofThisProtocolSchema = z.discriminatedUnion('kind', [
  /** First on every connection. A writer with an older term than the agent has seen is turned away. */
  z.object({
    kind: z.literal('hello'),
    protocol: z.number(),
    ledger: z.string(),
    /** Whose ledger it is and where it lies, for the others who use this agent. */
    owner: z.string(),
    term: z.number(),
    role: z.enum(['writer', 'reader']),
  }),
  /** Answer to `state`: lines of these attempts that are committed already. Metrics flow only after it. */
  z.object({ kind: z.literal('reconciled'), committedLines: z.record(z.string(), z.number()) }),
  /** What the inventory caps on this host; of several ledgers that use it, the strictest word holds. */
  z.object({ kind: z.literal('limits'), limits: hostLimitsSchema }),
  /** What the inventory says of this host besides; holds for this ledger's trials. */
  z.object({ kind: z.literal('settings'), settings: hostSettingsSchema }),
  z.object({ kind: z.literal('content'), hashes: z.array(z.string()) }),
  /** A packed folder was put at `path` of the host: unpack it, verify it, say `content`. */
  z.object({ kind: z.literal('unpack'), hash: z.string(), path: z.string() }),
  /** Prepare for the trials of a launch, and say `launch` when it is done. */
  z.object({
    kind: z.literal('launch'),
    launch: z.string(),
    spec: launchSchema,
    /** A folder of wheels in the content store, where the host has asked for one. */
    wheels: z.string().nullable(),
    /** Values of the launch's `passEnv`: kept in memory and nowhere else. */
    passed: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('lease'), leases: z.array(leaseSchema) }),
  z.object({ kind: z.literal('take-back'), attempts: z.array(z.string()) }),
  z.object({ kind: z.literal('cancel'), attempts: z.array(z.string()) }),
  /** These ends are in the ledger: the agent may forget them. */
  z.object({ kind: z.literal('ack'), attempts: z.array(z.string()) }),
  /** A reader's question: the log of an attempt from a byte offset. */
  z.object({ kind: z.literal('read-log'), attempt: z.string(), offset: z.number() }),
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
  z.object({ kind: z.literal('read-file'), of: fileFolderSchema, path: z.string(), offset: z.number() }),
  /** A writer's question: what of a trial lies here for its next attempt. */
  z.object({ kind: z.literal('list-checkpoint'), trial: z.string() }),
  /** A packed checkpoint was put at `path` of the host: it takes the place of what is there, whole; `checkpoint-restored`. */
  z.object({
    kind: z.literal('restore-checkpoint'),
    trial: z.string(),
    hash: z.string(),
    path: z.string(),
  }),
  /** These trials have their results, from elsewhere: nobody goes on from what lies here. */
  z.object({ kind: z.literal('drop-checkpoints'), trials: z.array(z.string()) }),
]);
export type ToAgent = Readonly<z.infer<typeof ofThisProtocolSchema>>;

/** All that a hello has in every version: enough to be turned away with a reason instead of being hung up on. */
const helloOfAnotherSchema = z
  .object({ kind: z.literal('hello'), protocol: z.number().refine((version) => version !== protocolVersion) })
  .transform(
    ({ protocol }): ToAgent => ({
      kind: 'hello',
      protocol,
      ledger: '',
      owner: '',
      term: 0,
      role: 'reader',
    }),
  );

export const toAgentSchema = z.union([ofThisProtocolSchema, helloOfAnotherSchema]);

/** One GPU of a host: `index` is the driver's number in the order of the bus, which another boot may change. */
export const gpuFactsSchema = z.object({
  uuid: z.string(),
  index: z.number(),
  name: z.string(),
  memoryBytes: z.number(),
});
export type GpuFacts = Readonly<z.infer<typeof gpuFactsSchema>>;

/** What a host is; told in `welcome`, and again as `facts` when it changes. Memory in bytes. */
export const hostFactsSchema = z.object({
  machine: z.string(),
  bootId: z.string(),
  cpus: z.number(),
  memoryBytes: z.number(),
  node: z.string(),
  /** The folder that is the agent's own on this host, absolute. */
  folder: z.string(),
  pid: z.number(),
  build: z.string(),
  /** Whom the agent runs as. */
  user: z.string(),
  /** By index; null while the driver has not been heard. What was found once stays, also when its figures end. */
  gpus: z.array(gpuFactsSchema).nullable(),
  /** What the driver's tool says instead of figures; null where all is well, or there is no such tool. */
  gpuProblem: z.string().nullable(),
});
export type HostFacts = Readonly<z.infer<typeof hostFactsSchema>>;

/** What a GPU carries now. */
export const gpuFiguresSchema = z.object({
  uuid: z.string(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  /** Share of 1, of the last second in which a kernel ran; null where the driver does not say. */
  utilisation: z.number().nullable(),
  temperatureCelsius: z.number().nullable(),
  powerWatts: z.number().nullable(),
  /** Processes on it that are not ours. */
  othersProcesses: z.number(),
  /** Why it cannot be used, in the driver's words; null where it can. */
  problem: z.string().nullable(),
  /** Since the driver told of it last. */
  ageMs: z.number(),
  /** Attempts of ours on it, and what they hold of its memory. */
  running: z.number(),
  oursBytes: z.number(),
});
export type GpuFigures = Readonly<z.infer<typeof gpuFiguresSchema>>;

/** What a host carries now. `load` is the 1-minute load average, `othersLoad` what is left without our trials. */
export const hostFiguresSchema = z.object({
  load: z.number(),
  othersLoad: z.number(),
  memoryTotalBytes: z.number(),
  memoryAvailableBytes: z.number(),
  diskFreeBytes: z.number(),
  /** Cores that our running attempts were given, and how many run. */
  cpusTaken: z.number(),
  running: z.number(),
  /** By index. */
  gpus: z.array(gpuFiguresSchema),
});
export type HostFigures = Readonly<z.infer<typeof hostFiguresSchema>>;

/** What a ledger has on a host: attempts that run, that wait, and ends that it has not taken in yet. */
export const holdingSchema = z.object({
  owner: z.string(),
  running: z.number(),
  waiting: z.number(),
  ended: z.number(),
});
export type Holding = Readonly<z.infer<typeof holdingSchema>>;

export const fromAgentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome'), protocol: z.number(), facts: hostFactsSchema }),
  /** They have changed: its GPUs were found. */
  z.object({ kind: z.literal('facts'), facts: hostFactsSchema }),
  /** All that the agent holds of this ledger. Ends that were not acknowledged follow as `ended`. */
  z.object({
    kind: z.literal('state'),
    backlog: z.array(z.string()),
    running: z.array(
      z.object({ attempt: z.string(), trial: z.string(), device: z.string(), runningMs: z.number() }),
    ),
    ended: z.array(z.object({ attempt: z.string(), trial: z.string() })),
  }),
  /**
   * The connection is not served and closes: another writer has a newer term, or the protocol is unknown. The same in
   * every version, so that an older coordinator can read it.
   */
  z.object({
    kind: z.literal('turned-away'),
    reason: z.enum(['older-term', 'protocol']),
    message: z.string(),
    /** The term that is served, where it is a newer one; agents of earlier versions do not say. */
    term: z.number().nullable().default(null),
  }),
  z.object({
    kind: z.literal('content'),
    hash: z.string(),
    present: z.boolean(),
    problem: z.string().nullable(),
  }),
  /** It cannot write down what it does, so it does nothing, and says so once a second; null once it goes on. */
  z.object({ kind: z.literal('stuck'), because: z.string().nullable() }),
  /** What `launch` waits for, every few seconds while it takes long: a sentence for people. */
  z.object({ kind: z.literal('preparing'), launch: z.string(), doing: z.string() }),
  /** Answer to `launch`: ready, or why not. `wanted`: it would be with these wheels. */
  z.object({
    kind: z.literal('launch'),
    launch: z.string(),
    problem: z.string().nullable(),
    logTail: z.string(),
    wanted: wantedWheelsSchema.nullable(),
  }),
  /** Answer to `check-launch`. */
  z.object({ kind: z.literal('launch-checked'), checks: z.array(launchCheckSchema) }),
  z.object({
    kind: z.literal('started'),
    attempts: z.array(z.object({ attempt: z.string(), device: z.string() })),
  }),
  z.object({
    kind: z.literal('metrics'),
    attempt: z.string(),
    /** Index of the first of `lines` among the attempt's kept lines, from 0. */
    from: z.number(),
    lines: z.array(metricsLineSchema),
  }),
  z.object({
    kind: z.literal('ended'),
    attempt: z.string(),
    end: attemptEndSchema,
    /** Artifacts of up to 1 MB together come along, base64; the others are asked for. */
    files: z.array(z.object({ path: z.string(), base64: z.string() })),
  }),
  /** Answer to `take-back`: what had not started and now never will here, and what had. */
  z.object({ kind: z.literal('taken-back'), attempts: z.array(z.string()), kept: z.array(z.string()) }),
  /** Once a second, and at once where a rule's outcome changes. `holds`: why the head of the backlog waits. */
  z.object({
    kind: z.literal('figures'),
    figures: hostFiguresSchema,
    holds: z.array(z.object({ attempt: z.string(), refusals: z.array(refusalSchema) })),
    /** What other ledgers have there. */
    others: z.array(holdingSchema),
  }),
  z.object({
    kind: z.literal('log'),
    attempt: z.string(),
    offset: z.number(),
    /** The offset of what follows, where something was hidden; agents of earlier versions hid nothing. */
    next: z.number().nullable().default(null),
    base64: z.string(),
    /** True where the attempt has ended and this is the end of its log. */
    complete: z.boolean(),
    problem: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('file'),
    of: fileFolderSchema,
    path: z.string(),
    offset: z.number(),
    base64: z.string(),
    complete: z.boolean(),
    problem: z.string().nullable(),
  }),
  /** Answer to `list-checkpoint`. `problem`: why it cannot be taken along, in a sentence; then the manifest is empty. */
  z.object({
    kind: z.literal('checkpoint'),
    trial: z.string(),
    manifest: manifestSchema,
    problem: z.string().nullable(),
  }),
  /** Answer to `restore-checkpoint`; null where all of it is in its place. */
  z.object({
    kind: z.literal('checkpoint-restored'),
    trial: z.string(),
    problem: z.string().nullable(),
  }),
]);
export type FromAgent = Readonly<z.infer<typeof fromAgentSchema>>;
