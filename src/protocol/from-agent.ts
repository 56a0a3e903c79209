/** What an agent says. A host is trusted with the trials that it was given, and with nothing else of this machine. */
import { z } from 'zod';
import { toldEndSchema } from '../model/result/attempt-end.ts';
import { momentSchema } from '../model/ceiling.ts';
import { mostArtifacts, mostAttempts, mostItems, mostLines, mostNumber } from '../model/bounds.ts';
import { writtenAttempt, writtenHash, writtenLaunch, writtenTrial } from '../model/ids.ts';
import { keptFolderSchema } from '../model/kept-folder.ts';
import { isInnerPath } from '../model/manifest.ts';
import { refusalSchema } from '../model/refusal/refusal.ts';
import { listOf, saidBytes, saidCount, saidFigure, saidLine, saidName, saidText } from '../model/said.ts';
import { hostFactsSchema, hostFiguresSchema, holdingSchema } from './host-facts.ts';
import { launchCheckSchema } from './launch-check.ts';

/** A word of a Python's tags (PEP 425), which becomes an argument of pip on this machine. */
const saidTag = z.string().regex(/^[A-Za-z0-9_.]{1,128}$/, 'is no tag of a Python');

/** What a host without internet needs wheels for: tags as PEP 425 has them. */
export const wantedWheelsSchema = z.object({
  /** `3.11` */
  python: saidTag,
  /** `cp` */
  implementation: saidTag,
  abis: listOf(saidTag, mostItems),
  platforms: listOf(saidTag, mostItems),
});
export type WantedWheels = Readonly<z.infer<typeof wantedWheelsSchema>>;

/** A folder of a host whose files may be asked for. */
export const fileFolderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('artifacts'), attempt: writtenAttempt }),
  z.object({ kind: z.literal('checkpoint'), trial: writtenTrial }),
]);
export type FileFolder = Readonly<z.infer<typeof fileFolderSchema>>;

const saidPath = z.string().refine(isInnerPath, 'leaves its folder');

/** A term is a count of coordinators' starts. */
const saidTerm = z
  .number()
  .int()
  .min(0)
  .max(mostNumber - 1);

export const fromAgentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome'), protocol: saidCount, facts: hostFactsSchema }),
  /** They have changed: its GPUs were found. */
  z.object({ kind: z.literal('facts'), facts: hostFactsSchema }),
  /** All that the agent holds of this ledger. Ends that were not acknowledged follow as `ended`. */
  z.object({
    kind: z.literal('state'),
    backlog: listOf(writtenAttempt, mostAttempts),
    running: listOf(
      z.object({ attempt: writtenAttempt, trial: writtenTrial, device: saidName, runningMs: saidFigure }),
      mostAttempts,
    ),
    ended: listOf(z.object({ attempt: writtenAttempt, trial: writtenTrial }), mostAttempts),
  }),
  /**
   * The connection is not served and closes: another writer has a newer term, or the protocol is unknown. The same in
   * every version, so that an older coordinator can read it.
   */
  z.object({
    kind: z.literal('turned-away'),
    reason: z.enum(['older-term', 'protocol']),
    message: saidText,
    /** The term that is served, where it is a newer one; agents of earlier versions do not say. */
    term: saidTerm.nullable().default(null),
  }),
  z.object({
    kind: z.literal('content'),
    hash: writtenHash,
    present: z.boolean(),
    problem: saidText.nullable(),
  }),
  /** It cannot write down what it does, so it does nothing, and says so once a second; null once it goes on. */
  z.object({ kind: z.literal('stuck'), because: saidText.nullable() }),
  /** What `launch` waits for, every few seconds while it takes long: a sentence for people. */
  z.object({ kind: z.literal('preparing'), launch: writtenLaunch, doing: saidText }),
  /** Answer to `launch`: ready, or why not. `wanted`: it would be with these wheels. */
  z.object({
    kind: z.literal('launch'),
    launch: writtenLaunch,
    problem: saidText.nullable(),
    logTail: saidText,
    wanted: wantedWheelsSchema.nullable(),
    /** What a person should know of how it was made, in a sentence. */
    note: saidText.nullable().default(null),
  }),
  /** Answer to `check-launch`. */
  z.object({ kind: z.literal('launch-checked'), checks: listOf(launchCheckSchema, mostItems) }),
  z.object({
    kind: z.literal('started'),
    attempts: listOf(z.object({ attempt: writtenAttempt, device: saidName }), mostAttempts),
  }),
  z.object({
    kind: z.literal('metrics'),
    attempt: writtenAttempt,
    /** Index of the first of `lines` among the attempt's kept lines, from 0. */
    from: saidCount,
    lines: listOf(saidLine, mostLines),
  }),
  z.object({
    kind: z.literal('ended'),
    attempt: writtenAttempt,
    end: toldEndSchema,
    /** Artifacts of up to 1 MB together come along, base64; the others are asked for. */
    files: listOf(z.object({ path: saidPath, base64: saidBytes }), mostArtifacts),
  }),
  /** Answer to `take-back`: what had not started and now never will here, and what had. */
  z.object({
    kind: z.literal('taken-back'),
    attempts: listOf(writtenAttempt, mostAttempts),
    kept: listOf(writtenAttempt, mostAttempts),
  }),
  /** Once a second, and at once where a rule's outcome changes. `holds`: why the head of the backlog waits. */
  z.object({
    kind: z.literal('figures'),
    figures: hostFiguresSchema,
    holds: listOf(
      z.object({ attempt: writtenAttempt, refusals: listOf(refusalSchema, mostItems) }),
      mostItems,
    ),
    /** What other ledgers have there. */
    others: listOf(holdingSchema, mostItems),
    /** What teaches its next boot, if this one ends with it; null from agents of earlier versions. */
    moment: momentSchema.nullable().default(null),
  }),
  z.object({
    kind: z.literal('log'),
    attempt: writtenAttempt,
    offset: saidCount,
    /** The offset of what follows, where something was hidden; agents of earlier versions hid nothing. */
    next: saidCount.nullable().default(null),
    base64: saidBytes,
    /** True where the attempt has ended and this is the end of its log. */
    complete: z.boolean(),
    problem: saidText.nullable(),
  }),
  z.object({
    kind: z.literal('file'),
    of: fileFolderSchema,
    path: saidPath,
    offset: saidCount,
    base64: saidBytes,
    complete: z.boolean(),
    problem: saidText.nullable(),
  }),
  /** Answer to `list-checkpoint`. `problem`: why it cannot be taken along, in a sentence; then the folder is empty. */
  z.object({
    kind: z.literal('checkpoint'),
    trial: writtenTrial,
    kept: keptFolderSchema,
    problem: saidText.nullable(),
  }),
  /** Answer to `restore-checkpoint`; null where all of it is in its place. */
  z.object({
    kind: z.literal('checkpoint-restored'),
    trial: writtenTrial,
    problem: saidText.nullable(),
  }),
]);
/** As an agent writes it. */
export type FromAgent = Readonly<z.input<typeof fromAgentSchema>>;
/** As a coordinator has read it: each id, path, text and number is what it should be. */
export type HostSaid = Readonly<z.output<typeof fromAgentSchema>>;
