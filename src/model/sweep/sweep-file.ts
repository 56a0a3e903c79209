import { z } from 'zod';
import { axisSchema } from '../grid/axis.ts';
import { objectiveSchema } from '../result/metrics.ts';
import { paramsSchema, paramValueSchema } from '../grid/params.ts';
import { resourcesSchema } from '../resources.ts';
import { record } from '../own.ts';
import { argStyleSchema, booleansSchema } from '../command/spell-args.ts';
import { sweepNameSchema } from '../ids.ts';

const commandProgramSchema = z.object({
  kind: z.literal('command'),
  command: z.array(z.string()),
  /** The folder as one would open it from where the sweep file's own path counts. */
  files: z.string().nullable(),
  argStyle: argStyleSchema,
  /** Null where the file says nothing. */
  booleans: booleansSchema.nullable(),
  env: record(z.string(), z.string()),
  activate: z.string().nullable(),
  /** A requirements file; its path counts as that of `files`. */
  python: z.string().nullable(),
  setup: z.array(z.string()).nullable(),
  passEnv: z.array(z.string()),
  metrics: z.object({ stdout: z.array(z.string()), csv: z.string().nullable() }),
});

/** A sweep file with every default filled in: what the rest of labsweep sees of it. Plain JSON. */
const sweepFileSchema = z.object({
  name: sweepNameSchema,
  program: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('builtin'), name: z.string() }),
    commandProgramSchema,
  ]),
  data: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('named'), name: z.string(), words: z.array(z.string()).nullable() }),
      /** Lies on the hosts already: checked there, never copied. */
      z.object({ kind: z.literal('path'), path: z.string(), version: z.string() }),
    ])
    .nullable(),
  objective: objectiveSchema,
  fixed: paramsSchema,
  /** Each a list of axes, the first the slowest. Never empty: a sweep without a grid has one grid without axes. */
  grids: z.array(z.array(axisSchema)).min(1),
  /** A point is left out where each parameter of `when` has one of its values. */
  exclude: z.array(z.object({ when: record(z.string(), z.array(paramValueSchema)), because: z.string() })),
  /** How many points to draw without replacement, by which seed; null for all. */
  sample: z.object({ points: z.number(), seed: z.number() }).nullable(),
  /** Only the first so many points (`--limit`). */
  limit: z.number().nullable(),
  /** Of replicate 1, 2, … */
  seeds: z.array(z.number()).min(1),
  /** Null is the default: of the program's own estimate, or of any command. */
  resources: z.object({
    cpus: resourcesSchema.shape.cpus.nullable(),
    gpus: resourcesSchema.shape.gpus.nullable(),
    gpuMemoryBytes: resourcesSchema.shape.gpuMemoryBytes,
    hostMemoryBytes: resourcesSchema.shape.hostMemoryBytes,
    diskBytes: resourcesSchema.shape.diskBytes,
  }),
  /** Labels that a host must have. */
  hosts: z.array(z.string()),
  timeoutMs: z.number().nullable(),
  stallAfterMs: z.number().nullable(),
  retries: z.number(),
  concurrent: z.number().nullable(),
  /** Of one's own sweeps the highest goes first. */
  priority: z.number(),
  artifacts: z.object({ fetch: z.array(z.string()), maxBytes: z.number() }),
});
export type SweepFile = Readonly<z.infer<typeof sweepFileSchema>>;
export type CommandProgram = Readonly<z.infer<typeof commandProgramSchema>>;
export type Grid = SweepFile['grids'][number];
export type Exclusion = SweepFile['exclude'][number];
