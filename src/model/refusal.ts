import { z } from 'zod';
import { mostItems } from './bounds.ts';
import { listOf, saidFigure, saidName, saidText } from './said.ts';

/** What another account on the host claims of it for its trials. */
const claimedSchema = z.object({ user: saidName, bytes: saidFigure });
export type Claimed = Readonly<z.infer<typeof claimedSchema>>;

/** Why one GPU of a host does not take a trial now. A GPU is named by its UUID; `index` is the driver's number. */
export const deviceRefusalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gpu-off'), because: saidText }),
  /** It is kept for its owner. */
  z.object({ kind: z.literal('gpu-reserved'), owner: saidName.nullable() }),
  /** Its owner comes first, and so many processes that are not ours are on it. */
  z.object({ kind: z.literal('gpu-owner'), owner: saidName.nullable(), processes: saidFigure }),
  /** The driver says that it does not work. */
  z.object({ kind: z.literal('gpu-failed'), because: saidText }),
  z.object({ kind: z.literal('gpu-stale'), ageMs: saidFigure }),
  z.object({
    kind: z.literal('gpu-memory'),
    needBytes: saidFigure,
    freeBytes: saidFigure,
    totalBytes: saidFigure,
    /** Agents of earlier versions do not say. */
    claimed: listOf(claimedSchema, mostItems).default([]),
  }),
  /** Shares of 1: as measured, and under which it is let in again. */
  z.object({ kind: z.literal('gpu-utilisation'), utilisation: saidFigure, limit: saidFigure }),
  z.object({ kind: z.literal('gpu-temperature'), celsius: saidFigure, limitCelsius: saidFigure }),
  /** The ramp guard of a GPU: a shape never observed settles there before the next one starts. */
  z.object({ kind: z.literal('gpu-ramp'), attempt: saidName }),
  /** Agents of other accounts cannot be told what starts, or cannot be heard: one trial of ours at a time. */
  z.object({ kind: z.literal('gpu-claims'), because: saidText }),
]);
export type DeviceRefusal = Readonly<z.infer<typeof deviceRefusalSchema>>;

/**
 * Why a trial does not start now, as data (P6). Rendered by refusal-text.ts; `why` shows each with its host and
 * device. Figures are what was measured when the rule was asked.
 */
export const refusalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slots'), running: saidFigure, limit: saidFigure }),
  z.object({ kind: z.literal('cpus'), needCpus: saidFigure, freeCpus: saidFigure, totalCpus: saidFigure }),
  z.object({
    kind: z.literal('memory'),
    needBytes: saidFigure,
    freeBytes: saidFigure,
    totalBytes: saidFigure,
    /** As of a GPU's. */
    claimed: listOf(claimedSchema, mostItems).default([]),
  }),
  z.object({ kind: z.literal('load'), othersLoad: saidFigure, limit: saidFigure }),
  z.object({ kind: z.literal('disk'), freeBytes: saidFigure, limitBytes: saidFigure }),
  /** Hosts went down under it, so it waits until nothing else of labsweep runs there: so many trials do. */
  z.object({ kind: z.literal('alone'), running: saidFigure }),
  /** Such a trial runs there. */
  z.object({ kind: z.literal('beside'), attempt: saidName }),
  /** The ramp guard: a shape never observed settles before the next one starts. */
  z.object({ kind: z.literal('ramp'), attempt: saidName }),
  /** As `gpu-claims`, of the host's memory. */
  z.object({ kind: z.literal('claims'), because: saidText }),
  /** Figures older than 3 s: nothing is known, so nothing starts. */
  z.object({ kind: z.literal('stale'), ageMs: saidFigure }),
  /** `because`: what the driver's tool said where it should have told of GPUs. */
  z.object({ kind: z.literal('no-gpu'), because: saidText.nullable() }),
  /** Each GPU of the host has something against it. */
  z.object({
    kind: z.literal('gpus'),
    devices: listOf(
      z.object({ device: saidName, index: saidFigure, refusals: listOf(deviceRefusalSchema, mostItems) }),
      mostItems,
    ),
  }),
  z.object({ kind: z.literal('labels'), missing: listOf(saidName, mostItems) }),
  z.object({ kind: z.literal('off'), because: saidText }),
  z.object({ kind: z.literal('quarantined'), because: saidText }),
  z.object({ kind: z.literal('unreachable'), because: saidText }),
  z.object({ kind: z.literal('preparing'), what: saidText }),
  /** What its launch needs could not be made there. `logTail`: the end of what was said of it. */
  z.object({ kind: z.literal('unprepared'), because: saidText, logTail: saidText }),
  /** Values that are kept in memory alone, and come with a coordinator. */
  z.object({ kind: z.literal('pass-env'), names: listOf(saidName, mostItems) }),
  /** The host went down while it ran alone there. */
  z.object({ kind: z.literal('went-down') }),
  /** It failed on this host, and waits a while for one where it has not. */
  z.object({ kind: z.literal('failed-there') }),
  /** Others are ahead of it: by how many trials. */
  z.object({ kind: z.literal('queue'), ahead: saidFigure }),
  z.object({ kind: z.literal('concurrent'), running: saidFigure, limit: saidFigure }),
  z.object({ kind: z.literal('paused') }),
]);
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;

/** A host that is full of our own trials, or waits a moment for one of them. */
export const isPassing = (kind: Refusal['kind']): boolean =>
  ['slots', 'cpus', 'ramp', 'alone', 'beside', 'preparing', 'queue'].includes(kind);
