/**
 * Every number that keeps a trial from starting, a row each: what holds by default, which of two values is the
 * stricter, and how the inventory sets it. The rest follows from the rows: `limits` of inventory.json with its JSON
 * Schema, the message that carries them to agents (limit-settings.ts), and the numbers that the rules go by
 * (throttle/limits.ts). Bytes, milliseconds, shares of 1, degrees Celsius. Messages keep the order of the rows.
 */
import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { countInput, durationInput, sizeInput } from '../source/leaf-input.ts';
import { parseSize } from '../size.ts';
import { least, leastIfSaid, marks, most, mostIfSaid, patientMarks } from './limit.ts';

const [mib, gib] = [1024 ** 2, 1024 ** 3];

const bytesInput = sizeInput.transform(parseSize);
const someSize = 'a size above 0: 1 MiB, 500 KB or a number of bytes';
const someBytesInput = sizeInput
  .refine((value) => parseSize(value) !== 0, { error: someSize })
  .transform(parseSize);
const between = (lowest: number, highest: number, what: string) =>
  z.number({ error: what }).min(lowest, { error: what }).max(highest, { error: what });

const saidAlways = z.number().nullable();
/** Journals of earlier versions lack it. */
const saidLater = saidAlways.default(null);

export const limitTable = {
  /** Trials at once on the host; null for `slotsPerCpu` of its cores. */
  slots: mostIfSaid({
    key: 'slots',
    input: countInput(1, 'a whole number of trials, 1 or more'),
    sentence: 'How many trials may run at once.',
    said: 'slots',
    saidSchema: saidAlways,
  }),
  /** Trials at once for each core, where nobody said otherwise: what takes no core is still a process. */
  slotsPerCpu: most(4, null),
  /** Cores that our trials may hold at once; null for all that the host has. */
  cpus: mostIfSaid({
    key: 'cpus',
    input: countInput(1, 'a whole number of cores, 1 or more'),
    sentence: 'How many cores trials may hold at once. Default: all that the host has.',
    said: 'cpus',
    saidSchema: saidLater,
  }),
  /** Load that is not ours, for each core. With the 10 s that its figure is the mean of it has 2 min of patience. */
  othersLoadPerCpu: patientMarks(
    { hold: 1, release: 0.75, patienceMs: 110_000 },
    {
      key: 'load',
      input: z.number().positive(),
      sentence:
        'Load that is not ours, for each core, from which nothing starts once it has lasted 2 min, until a quarter below. Default 1.',
      said: 'load',
      saidSchema: saidAlways,
    },
  ),
  /** Host memory that is left free: this share of it, and never less than `memoryHeadroomBytes`. */
  memoryHeadroomShare: least(0.1, null),
  /** Where nobody said these: `memoryFloorBytes`, or `memoryFloorShare` of a memory that is small, as a container's may be. */
  memoryFloorBytes: least(gib, null),
  memoryFloorShare: least(1 / 8, null),
  memoryHeadroomBytes: leastIfSaid({
    key: 'hostMemory',
    input: bytesInput,
    sentence: 'Memory that is left free. Default 10 %, at least 1 GiB or an eighth of it.',
    said: 'hostMemoryBytes',
    saidSchema: saidAlways,
  }),
  /**
   * Share of the time in which something waits for memory, and bytes a second that come back from swap. Both are means of
   * 10 s, and a host that is short of memory has no time for more patience.
   */
  memoryPressure: patientMarks(
    { hold: 0.1, release: 0.05, patienceMs: 0 },
    {
      key: 'pressure',
      input: between(1, 100, 'a number of per cent, from 1 to 100').transform((percent) => percent / 100),
      sentence:
        'Per cent of the time in which something waits for memory, from which nothing starts, until half of that. Default 10.',
      said: 'memoryPressure',
      saidSchema: saidLater,
    },
  ),
  swapInBytes: patientMarks(
    { hold: mib, release: mib / 4, patienceMs: 0 },
    {
      key: 'swap',
      // Held from 0 on, a host that swaps nothing would start nothing.
      input: someBytesInput,
      sentence:
        'What comes back from swap in a second, from which nothing starts, until a quarter of that. Default 1 MiB.',
      said: 'swapInBytes',
      saidSchema: saidLater,
    },
  ),
  /** Share of the host's memory, and of a GPU's, at which a trial of ours has to leave. */
  memoryCriticalShare: most(0.95, null),
  gpuMemoryCriticalShare: most(0.985, null),
  /** Free disk under which nothing starts. */
  diskFreeBytes: least(2 * gib, {
    key: 'disk',
    input: bytesInput,
    sentence: 'Free space under which nothing starts. Default 2 GiB.',
    said: 'diskBytes',
    saidSchema: saidAlways,
  }),
  /** Share of host memory up to which a shape never observed starts without the ramp guard. */
  rampMemoryShare: most(0.05, null),
  /** Figures older than this are no figures. */
  staleAfterMs: most(3_000, null),
  /** Memory of a GPU that is left free: this share of it, or where the inventory says so these bytes. */
  gpuHeadroomShare: least(0.05, null),
  gpuHeadroomBytes: leastIfSaid({
    key: 'gpuMemory',
    input: bytesInput,
    sentence: 'Memory that is left free on each GPU. Default 5 %.',
    said: 'gpuMemoryBytes',
    saidSchema: saidLater,
  }),
  /** How busy a GPU is. */
  utilisation: marks(
    { hold: 0.95, release: 0.85 },
    {
      key: 'utilisation',
      input: between(10, 100, 'a number of per cent, from 10 to 100').transform((percent) => percent / 100),
      sentence: 'Per cent from which a GPU takes nothing, until 10 below. Default 95.',
      said: 'utilisation',
      saidSchema: saidLater,
    },
  ),
  /** How hot it is. */
  temperatureCelsius: marks(
    { hold: 85, release: 78 },
    {
      key: 'temperature',
      input: between(40, 120, 'a number of degrees Celsius, from 40 to 120'),
      sentence: 'Degrees Celsius from which a GPU takes nothing, until 7 below. Default 85.',
      said: 'temperatureCelsius',
      saidSchema: saidLater,
    },
  ),
  /** What holds memory of a GPU and has not computed for so long is nobody's who would be disturbed: a forgotten notebook. */
  idleAfterMs: least(10 * 60_000, {
    key: 'idleAfter',
    input: durationInput.transform(parseDuration),
    sentence:
      'Time without computing after which somebody else’s process on a GPU counts as idle. Default 10 min.',
    said: 'idleAfterMs',
    saidSchema: saidLater,
  }),
};
