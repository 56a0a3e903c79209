/** What a host is and what it carries, as its agent says it. */
import { z } from 'zod';
import { ceilingSchema } from '../model/ceiling.ts';
import { holdSchema } from '../model/hold.ts';
import { mostItems } from '../model/bounds.ts';
import { listOf, saidAmount, saidCount, saidFigure, saidName, saidText } from '../model/said.ts';

/** One GPU of a host: `index` is the driver's number in the order of the bus, which another boot may change. */
export const gpuFactsSchema = z.object({
  uuid: saidName,
  index: saidCount,
  name: saidName,
  memoryBytes: saidAmount,
  /** Why it cannot be used, in the driver's words, for as long as that lasts; null where it can. Agents of earlier versions do not say. */
  problem: saidText.nullable().default(null),
});
export type GpuFacts = Readonly<z.infer<typeof gpuFactsSchema>>;

/** What a host is; told in `welcome`, and again as `facts` when it changes. Memory in bytes. */
export const hostFactsSchema = z.object({
  machine: saidName,
  bootId: saidName,
  cpus: saidAmount,
  memoryBytes: saidAmount,
  /** Whether that is what a control group allows, and the machine has more. Agents of earlier versions do not say. */
  memoryOfGroup: z.boolean().default(false),
  /** Of the disk of its folder, all that there is; null where nobody can tell. Agents of earlier versions do not say. */
  diskBytes: saidAmount.nullable().default(null),
  node: saidName,
  /** The folder that is the agent's own on this host, absolute. */
  folder: saidName,
  pid: saidCount,
  build: saidName,
  /** Whom the agent runs as. */
  user: saidName,
  /** By index; null while the driver has not been heard. What was found once stays, also when its figures end. */
  gpus: listOf(gpuFactsSchema, mostItems).nullable(),
  /** What the driver's tool says instead of figures; null where all is well, or there is no such tool. */
  gpuProblem: saidText.nullable(),
  /** It has an NVIDIA GPU, and its driver fails to show any: a trial that may use one waits, and does not train on the cores. */
  gpusBroken: z.boolean().default(false),
  /** Why login files could not be read at the last connection, and what trials have instead; null where they were. */
  environmentProblem: saidText.nullable().default(null),
});
export type HostFacts = Readonly<z.infer<typeof hostFactsSchema>>;

/**
 * Processes of one account on a GPU that are not ours. `user` is null where the host does not say whose they are. Names are
 * for who looks now: no ledger, log or journal has them.
 */
const othersSchema = z.object({
  user: saidName.nullable(),
  processes: saidCount,
  /** `trials`: of its labsweep, which has claimed their room. `idle`: they have not computed for `idleAfter`. */
  are: z.enum(['in-use', 'idle', 'trials']),
  /** Since one of them computed last, as far as that was seen. */
  idleMs: saidFigure,
});
export type Others = Readonly<z.infer<typeof othersSchema>>;
/** How a memory is divided, in bytes: all of it together is what there is of it. */
export const roomSchema = z.object({
  /** What trials of this account take, by the figures. */
  oursBytes: saidFigure,
  /** What these are predicted to take on top at their peaks. */
  comingBytes: saidFigure,
  /** What all others take, and what trials of other accounts have claimed on top. */
  othersBytes: saidFigure,
  /** What no trial is given. */
  headroomBytes: saidFigure,
  /** What the next trial may take; less than nothing where it is overdrawn. */
  freeBytes: saidFigure,
});
export type Room = Readonly<z.infer<typeof roomSchema>>;

/** Agents of earlier versions do not say; null before the first sample as well. */
const saidRoom = roomSchema.nullable().default(null);

/** What a GPU carries now. */
export const gpuFiguresSchema = z.object({
  uuid: saidName,
  memoryUsedBytes: saidAmount,
  memoryTotalBytes: saidAmount,
  /** Share of 1, of the last second in which a kernel ran; null where the driver does not say. */
  utilisation: saidAmount.nullable(),
  temperatureCelsius: saidFigure.nullable(),
  powerWatts: saidFigure.nullable(),
  /** The most that it lets itself take. Agents of earlier versions do not say. */
  powerLimitWatts: saidFigure.nullable().default(null),
  /** Processes on it that are not ours. */
  othersProcesses: saidCount,
  /** Of these, whom ours must not disturb: neither what is idle nor trials of accounts that claim their room. Null: all of them. */
  strangers: saidCount.nullable().default(null),
  /** Whose they are. Agents of earlier versions do not say. */
  others: listOf(othersSchema, mostItems).default([]),
  /** Why it cannot be used, in the driver's words; null where it can. */
  problem: saidText.nullable(),
  /** Since the driver told of it last. */
  ageMs: saidFigure,
  /** Attempts of ours on it, and what they hold of its memory. */
  running: saidCount,
  oursBytes: saidAmount,
  room: saidRoom,
});
export type GpuFigures = Readonly<z.infer<typeof gpuFiguresSchema>>;

/**
 * What a host carries now. `load` is the 1-minute load average; `othersLoad` is how many threads that are not ours want a core
 * or wait for a disk: a mean of 10 s, as the two after it.
 */
export const hostFiguresSchema = z.object({
  load: saidFigure,
  othersLoad: saidFigure,
  /** Cores of the machine, of which ours may be allowed a part; null where nobody tells. */
  cores: saidAmount.nullable().default(null),
  /** Share of the time in which something waited for memory, and bytes that came back from swap in a second; null where the kernel doesn't tell. */
  memoryPressure: saidAmount.nullable().default(null),
  swapInBytes: saidAmount.nullable().default(null),
  memoryTotalBytes: saidAmount,
  memoryAvailableBytes: saidAmount,
  diskFreeBytes: saidAmount,
  /** Of its memory. */
  room: saidRoom,
  /** Cores that our running attempts were given, and how many run. */
  cpusTaken: saidAmount,
  running: saidCount,
  /** By index. */
  gpus: listOf(gpuFiguresSchema, mostItems),
  /** What it is known to bear; null from agents of earlier versions. */
  ceiling: ceilingSchema.nullable().default(null),
  /** Attempts that stand still for a while, since when and why. */
  still: listOf(z.object({ attempt: saidName, ms: saidFigure, because: saidText }), mostItems).default([]),
  /** Attempts that have to make way and have no checkpoint: they go to their end, and nothing follows them. */
  lastOnes: listOf(z.object({ attempt: saidName, because: saidText }), mostItems).default([]),
  /** Who keeps the host free; null where nobody does. */
  hold: holdSchema.nullable().default(null),
  /** Minute of the week by the host's own clock, from Monday 0:00; null from agents of earlier versions. */
  weekMinute: saidCount.nullable().default(null),
  /** What attempts that run have lost of their time so far: they stood still, or shared a GPU. */
  lost: listOf(z.object({ attempt: saidName, ms: saidFigure }), mostItems).default([]),
});
export type HostFigures = Readonly<z.infer<typeof hostFiguresSchema>>;

/** What a ledger has on a host: attempts that run, that wait, and ends that it has not taken in yet. */
export const holdingSchema = z.object({
  owner: saidText,
  running: saidCount,
  waiting: saidCount,
  ended: saidCount,
});
export type Holding = Readonly<z.infer<typeof holdingSchema>>;
