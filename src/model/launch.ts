import { z } from 'zod';
import { contentHashSchema } from './ids.ts';
import { objectiveSchema } from './result/metrics.ts';
import { record } from './own.ts';
import { argStyleSchema, booleansSchema } from './command/spell-args.ts';

/**
 * How the trials of a sweep are started on a host: all that an agent needs besides a trial's own parameters.
 * Sent once a connection under its id, which is the hash of its canonical JSON.
 */
export const launchSchema = z.object({
  /** argv, with the placeholders of the trial contract; `{node}` is the Node that runs the agent. */
  command: z.array(z.string()).min(1),
  /** How `{args}` spells a parameter's name and a boolean (spell-args.ts). */
  argStyle: argStyleSchema,
  /** Absent where a true is its bare flag, so that launches keep the ids that they had before this key came. */
  booleans: booleansSchema.exclude(['flag']).optional(),
  /** Snapshot of the program's files, of which each working directory is a copy. */
  files: contentHashSchema.nullable(),
  /** Snapshot of the data set, or a path that lies on the hosts already. */
  data: z
    .union([
      /** By its name the inventory may say where it lies on a host already. */
      z.object({
        kind: z.literal('content'),
        hash: contentHashSchema,
        name: z.string().nullable().default(null),
      }),
      z.object({ kind: z.literal('path'), path: z.string() }),
    ])
    .nullable(),
  /** Engines that a built-in program may compute on besides the one in its files; each goes to hosts that can use it. */
  engines: z
    .array(z.object({ name: z.string(), hash: contentHashSchema, isForGpus: z.boolean() }))
    .default([]),
  env: record(z.string(), z.string()),
  /** Lines of bash; the one place where a shell is meant. Defaults: ledgers from before these keys have none. */
  activate: z.string().nullable().default(null),
  /** The text of a requirements file, of which each host makes a virtual environment. */
  python: z.string().nullable().default(null),
  /** argv that a host runs once before the first trial. */
  setup: z.array(z.string()).min(1).nullable().default(null),
  /** Names of variables whose values come over the connection, and are kept in memory alone. */
  passEnv: z.array(z.string()).default([]),
  /** Patterns and CSV files that are read for metrics besides the trial contract's own ways. */
  metrics: z.object({ stdout: z.array(z.string()), csv: z.string().nullable() }),
  objective: objectiveSchema,
  timeoutMs: z.number().positive().nullable(),
  stallAfterMs: z.number().positive().nullable(),
  /** Globs of what comes back from the artifacts folder and how much of it. */
  artifacts: z.object({ fetch: z.array(z.string()), maxBytes: z.number().nonnegative() }),
});
export type Launch = Readonly<z.infer<typeof launchSchema>>;

/** Of what `setup` leaves, each trial is given a copy up to this size (docs/programs.md). */
export const mostCopiedBytes = 500_000_000;

/** What a host is busy with while it prepares for a launch, for people. */
export function whatIsMade({ python, setup }: Launch): string {
  if (python !== null) return 'its Python environment is made';
  return setup === null ? 'its environment is tried' : `${setup.join(' ')} runs`;
}
