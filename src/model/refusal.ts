import { z } from 'zod';

/** What another account on the host claims of it for its trials. */
const claimedSchema = z.object({ user: z.string(), bytes: z.number() });
export type Claimed = Readonly<z.infer<typeof claimedSchema>>;

/** Why one GPU of a host does not take a trial now. A GPU is named by its UUID; `index` is the driver's number. */
export const deviceRefusalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gpu-off'), because: z.string() }),
  /** It is kept for its owner. */
  z.object({ kind: z.literal('gpu-reserved'), owner: z.string().nullable() }),
  /** Its owner comes first, and so many processes that are not ours are on it. */
  z.object({ kind: z.literal('gpu-owner'), owner: z.string().nullable(), processes: z.number() }),
  /** The driver says that it does not work. */
  z.object({ kind: z.literal('gpu-failed'), because: z.string() }),
  z.object({ kind: z.literal('gpu-stale'), ageMs: z.number() }),
  z.object({
    kind: z.literal('gpu-memory'),
    needBytes: z.number(),
    freeBytes: z.number(),
    totalBytes: z.number(),
    /** Agents of earlier versions do not say. */
    claimed: z.array(claimedSchema).default([]),
  }),
  /** Shares of 1: as measured, and under which it is let in again. */
  z.object({ kind: z.literal('gpu-utilisation'), utilisation: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('gpu-temperature'), celsius: z.number(), limitCelsius: z.number() }),
  /** The ramp guard of a GPU: a shape never observed settles there before the next one starts. */
  z.object({ kind: z.literal('gpu-ramp'), attempt: z.string() }),
  /** Agents of other accounts cannot be told what starts, or cannot be heard: one trial of ours at a time. */
  z.object({ kind: z.literal('gpu-claims'), because: z.string() }),
]);
export type DeviceRefusal = Readonly<z.infer<typeof deviceRefusalSchema>>;

/**
 * Why a trial does not start now, as data (P6). Rendered by refusal-text.ts; `why` shows each with its host and
 * device. Figures are what was measured when the rule was asked.
 */
export const refusalSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slots'), running: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('cpus'), needCpus: z.number(), freeCpus: z.number(), totalCpus: z.number() }),
  z.object({
    kind: z.literal('memory'),
    needBytes: z.number(),
    freeBytes: z.number(),
    totalBytes: z.number(),
    /** As of a GPU's. */
    claimed: z.array(claimedSchema).default([]),
  }),
  z.object({ kind: z.literal('load'), othersLoad: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('disk'), freeBytes: z.number(), limitBytes: z.number() }),
  /** Hosts went down under it, so it waits until nothing else of labsweep runs there: so many trials do. */
  z.object({ kind: z.literal('alone'), running: z.number() }),
  /** Such a trial runs there. */
  z.object({ kind: z.literal('beside'), attempt: z.string() }),
  /** The ramp guard: a shape never observed settles before the next one starts. */
  z.object({ kind: z.literal('ramp'), attempt: z.string() }),
  /** As `gpu-claims`, of the host's memory. */
  z.object({ kind: z.literal('claims'), because: z.string() }),
  /** Figures older than 3 s: nothing is known, so nothing starts. */
  z.object({ kind: z.literal('stale'), ageMs: z.number() }),
  /** `because`: what the driver's tool said where it should have told of GPUs. */
  z.object({ kind: z.literal('no-gpu'), because: z.string().nullable() }),
  /** Each GPU of the host has something against it. */
  z.object({
    kind: z.literal('gpus'),
    devices: z.array(
      z.object({ device: z.string(), index: z.number(), refusals: z.array(deviceRefusalSchema) }),
    ),
  }),
  z.object({ kind: z.literal('labels'), missing: z.array(z.string()) }),
  z.object({ kind: z.literal('off'), because: z.string() }),
  z.object({ kind: z.literal('quarantined'), because: z.string() }),
  z.object({ kind: z.literal('unreachable'), because: z.string() }),
  z.object({ kind: z.literal('preparing'), what: z.string() }),
  /** What its launch needs could not be made there. `logTail`: the end of what was said of it. */
  z.object({ kind: z.literal('unprepared'), because: z.string(), logTail: z.string() }),
  /** Values that are kept in memory alone, and come with a coordinator. */
  z.object({ kind: z.literal('pass-env'), names: z.array(z.string()) }),
  /** The host went down while it ran alone there. */
  z.object({ kind: z.literal('went-down') }),
  /** It failed on this host, and waits a while for one where it has not. */
  z.object({ kind: z.literal('failed-there') }),
  /** Others are ahead of it: by how many trials. */
  z.object({ kind: z.literal('queue'), ahead: z.number() }),
  z.object({ kind: z.literal('concurrent'), running: z.number(), limit: z.number() }),
  z.object({ kind: z.literal('paused') }),
]);
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;

/** A host that is full of our own trials, or waits a moment for one of them. */
export const isPassing = (kind: Refusal['kind']): boolean =>
  ['slots', 'cpus', 'ramp', 'alone', 'beside', 'preparing', 'queue'].includes(kind);
