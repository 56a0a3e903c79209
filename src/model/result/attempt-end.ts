import { z } from 'zod';
import { mostArtifacts, mostItems, mostNumber, mostSeconds, mostTextChars } from '../bounds.ts';
import { clashIn, isInnerPath } from '../manifest.ts';
import { diskUseSchema } from './disk-use.ts';
import { metricsLineSchema } from './metrics.ts';
import { type Outcome, outcomeSchema } from './outcome.ts';
import { printable } from '../printed/printable.ts';
import { shortageSchema } from './shortage.ts';
import {
  listOf,
  saidAmount,
  saidCount,
  saidFigure,
  saidLine,
  saidName,
  saidSha256,
  saidText,
} from '../said.ts';

export const artifactSchema = z.object({
  /** Path below the artifacts folder, `/` between its parts. */
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Whether the sweep asks for it; the others stay on their host. */
  comesBack: z.boolean(),
});
export type Artifact = Readonly<z.infer<typeof artifactSchema>>;

/** Artifacts that are not listed, and stay where they are. */
export const unlistedSchema = z.object({
  /**
   * - `too-many`: beyond those that are listed
   * - `link-leaves`: they are links out of the folder
   * - `odd-name`: their names are not UTF-8
   * - `unreadable`: they could not be read
   */
  why: z.enum(['too-many', 'link-leaves', 'odd-name', 'unreadable']),
  count: z.number(),
  /** The path of one of them. */
  path: z.string(),
});
export type Unlisted = Readonly<z.infer<typeof unlistedSchema>>;

/** What is known of an attempt once it has ended: told by the agent, kept in the ledger as it is. */
export const attemptEndSchema = z.object({
  outcome: outcomeSchema,
  /** The line of the best objective and the last line; null where there was none. */
  best: metricsLineSchema.nullable(),
  final: metricsLineSchema.nullable(),
  /** Count of all kept metrics lines, and the SHA-256 of their NDJSON text. */
  metricsCount: z.number(),
  metricsHash: z.string(),
  /** Count of all that the program reported, kept or not; null in older ledgers, which do not say. */
  metricsRead: z.number().nullable().default(null),
  /** Measured on the host by its monotonic clock, and by the kernel. */
  seconds: z.number(),
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Of its GPU's memory; null where it had no GPU. Ledgers written before there were GPUs lack it. */
  peakGpuMemoryBytes: z.number().nullable().default(null),
  /** Which share of its GPU's time it took while it had that to itself; null where that never was, or nothing tells. */
  gpuBusy: z.number().nullable().default(null),
  /** Seconds that it would have taken without standing still and without others on its GPU. Null in older ledgers. */
  soloSeconds: z.number().nullable().default(null),
  /** Whether it was asked to end, did not within its grace, and was killed. Older ledgers do not say. */
  killed: z.boolean().default(false),
  /** The memory that it ran out of; null where it did not, and in older ledgers, which do not say. */
  shortage: shortageSchema.nullable().default(null),
  /** The disk that it ran out of; null where it did not, where nobody has seen it begin, and in older ledgers. */
  disk: diskUseSchema.nullable().default(null),
  device: z.string().nullable(),
  /** The model of its GPU, in the driver's words. */
  gpuName: z.string().nullable().default(null),
  artifacts: z.array(artifactSchema),
  /** Null where all are listed, and in older ledgers, which do not say. */
  unlisted: z.array(unlistedSchema).nullable().default(null),
  /**
   * What it left for the trial's next attempt; null where nobody has looked: it succeeded, or its host lost power.
   * Ledgers written before checkpoints were carried to other hosts lack it.
   */
  checkpointBytes: z.number().nullable().default(null),
  /** The last lines of the log, where the outcome asks for an explanation; else empty. */
  logTail: z.string(),
});
export type AttemptEnd = Readonly<z.infer<typeof attemptEndSchema>>;

const toldArtifactSchema = artifactSchema.extend({
  path: z.string().refine(isInnerPath, 'leaves the folder of artifacts'),
  sizeBytes: saidCount,
  sha256: saidSha256,
});

/** An agent of before calls an objective that is not finite a failure. */
const inWordsOfNow = (outcome: Outcome): Outcome =>
  outcome.kind === 'failed' && outcome.reason === 'not-finite'
    ? { kind: 'diverged', message: outcome.message }
    : outcome;

/** People read the words of a program in many places: what a terminal would obey is left out before it is kept. */
const readable = (outcome: Outcome): Outcome =>
  'message' in outcome ? { ...outcome, message: printable(outcome.message) } : outcome;

const isModest = (outcome: Outcome): boolean =>
  Object.values(outcome).every((value: string | number | null) =>
    typeof value === 'string' ? value.length <= mostTextChars : Math.abs(value ?? 0) <= mostNumber,
  );

/** A silence is what a coordinator finds, who then waits for the real end: a host that speaks is not silent. */
const isSilence = (outcome: Outcome): boolean => outcome.kind === 'lost' && outcome.reason === 'silence';

const toldOutcomeSchema = outcomeSchema
  .refine((outcome) => isModest(outcome) && !isSilence(outcome), 'is no outcome that an agent tells')
  .transform((outcome) => readable(inWordsOfNow(outcome)));

const saidSeconds = z.number().min(0).max(mostSeconds);

/** An end as a host tells it. What ledgers hold already is read by \`attemptEndSchema\`, whatever it says. */
export const toldEndSchema = attemptEndSchema.extend({
  outcome: toldOutcomeSchema,
  best: saidLine.nullable(),
  final: saidLine.nullable(),
  metricsCount: saidCount,
  metricsHash: saidSha256.or(z.literal('')),
  metricsRead: saidCount.nullable().default(null),
  seconds: saidSeconds,
  cpuSeconds: saidSeconds.nullable(),
  peakMemoryBytes: saidAmount.nullable(),
  peakGpuMemoryBytes: saidAmount.nullable().default(null),
  gpuBusy: z.number().min(0).max(1).nullable().default(null),
  soloSeconds: saidSeconds.nullable().default(null),
  shortage: shortageSchema.extend({ hadBytes: saidFigure, totalBytes: saidAmount }).nullable().default(null),
  disk: diskUseSchema
    .extend({
      wroteBytes: saidAmount,
      beganBytes: saidAmount,
      leftBytes: saidAmount,
      heldBytes: saidAmount.default(0),
    })
    .nullable()
    .default(null),
  device: saidName.nullable(),
  gpuName: saidName.nullable().default(null),
  artifacts: listOf(toldArtifactSchema, mostArtifacts).refine(
    (artifacts) => clashIn(artifacts.map(({ path }) => path)) === null,
    'has artifacts of which one lies where another needs a folder',
  ),
  unlisted: listOf(unlistedSchema.extend({ count: saidCount, path: saidName }), mostItems)
    .nullable()
    .default(null),
  checkpointBytes: saidAmount.nullable().default(null),
  logTail: saidText,
});
