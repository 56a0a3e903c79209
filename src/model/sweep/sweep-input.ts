/** The sweep file as people write it (docs: "Sweep file"). What labsweep makes of it is sweep-file.ts. */
import { z } from 'zod';
import {
  countInput,
  durationInput,
  envInput,
  nameInput,
  sizeInput,
  textInput,
  variableName,
} from '../source/leaf-input.ts';
import { paramValueSchema } from '../grid/params.ts';
import { record } from '../own.ts';
import { argStyleSchema, booleansSchema } from '../command/spell-args.ts';

const value = paramValueSchema.meta({
  description: 'A number, a word, true, false, null, a list or a mapping.',
});
const parameterName = z.string().regex(/^[A-Za-z_][\w.-]*$/, {
  error: 'is no name for a parameter: letters, digits, `_`, `.` and `-`, a letter first',
});
const values = record(parameterName, value);

const rangeNumber = z.number({ error: 'a number up to 2^53; write a list of larger ones' });
const range = z.strictObject({
  from: rangeNumber,
  to: rangeNumber,
  step: rangeNumber.optional().meta({ description: 'Default 1.' }),
});
const logRange = z.strictObject({
  from: rangeNumber,
  to: rangeNumber,
  log: countInput(2, 'how many values there are: a whole number, 2 or more'),
});
export type RangeInput = z.infer<typeof range>;
export type LogRangeInput = z.infer<typeof logRange>;

const caseInput = record(parameterName, value, {
  error: 'what a case sets, like {dropout: 0.5}; a mapping that is a value itself stands in a list',
});
const axisInput = z.union([z.array(value), range, logRange, record(z.string(), caseInput)], {
  error: 'an axis: a list, {from, to, step}, {from, to, log: n} or named cases',
});
export type AxisInput = z.infer<typeof axisInput>;
const grid = record(parameterName, axisInput);
export type GridInput = z.infer<typeof grid>;

const commandMessage = 'a list like [python3, train.py, "{args}"]';
const argvMessage = 'a list like [make, -j4]';
const program = z.union(
  [
    z.string(),
    z.strictObject({
      command: z.array(textInput, { error: commandMessage }).min(1, { error: commandMessage }),
      files: z
        .string()
        .optional()
        .meta({ description: 'A folder beside the sweep file; it is snapshotted.' }),
      argStyle: argStyleSchema.optional().meta({
        description:
          'How {args} spells a parameter: plain (--name value, as written), kebab (--kebab-case value), ' +
          'snake (--snake_case value), equals (--name=value, as written), or hydra (name=value, as Hydra reads it).',
      }),
      booleans: booleansSchema.optional().meta({
        description:
          'How {args} passes true and false: flag (--x, or nothing), pair (--x, --no-x), value (--x true, --x false).',
      }),
      env: envInput.optional(),
      activate: z.string().min(1).optional().meta({
        description: 'Lines of bash that make the environment: module load cuda/12.3 && conda activate tf2.',
      }),
      python: z.string().min(1).optional().meta({
        description: 'A requirements.txt: each host makes a virtual environment of it.',
      }),
      setup: z.array(textInput, { error: argvMessage }).min(1, { error: argvMessage }).optional().meta({
        description: 'A command that each host runs once before the first trial.',
      }),
      passEnv: z
        .array(variableName, { error: 'a list of names: [WANDB_API_KEY]' })
        .optional()
        .meta({ description: 'Variables whose values trials get and nothing keeps: [WANDB_API_KEY].' }),
      metrics: z
        .strictObject({
          stdout: z
            .array(
              z
                .string()
                .regex(/\{[A-Za-z_]\w*\}/, {
                  error: 'a pattern with the metric in braces, like "val_acc: {val_accuracy}"',
                })
                // As `{acc:.3f}`: it would be looked for by the letter, and each trial would train in vain.
                .refine(
                  (pattern) =>
                    !/\{[A-Za-z_][\w.-]*(?:![rsa])?(?::[^{}\s"']{0,12}|\/[\w./-]*)\}/.test(pattern),
                  {
                    error: 'a pattern with the metric alone in braces, like "loss {loss} acc {acc}"',
                  },
                ),
            )
            .optional(),
          csv: z.string().optional(),
        })
        .optional(),
    }),
  ],
  { error: 'the name of a program, or {command: [python3, train.py, "{args}"]}' },
);
export type ProgramInput = z.infer<typeof program>;

const data = z.union(
  [
    z.string(),
    z.strictObject({
      name: z.string(),
      words: z.array(z.string()).min(1).optional().meta({ description: 'In the order of the classes.' }),
    }),
    z.strictObject({
      path: z.string().startsWith('/', { error: 'a path on the hosts, from /' }),
      version: textInput,
    }),
  ],
  { error: 'the name of a data set, {name, words}, or {path, version}' },
);

const objectiveMessage = 'what is ranked: {metric: val_accuracy, goal: maximize}';
const metricMessage = 'the name of a metric, like val_accuracy';
const objective = z.strictObject(
  {
    metric: z.string({ error: metricMessage }).min(1, { error: metricMessage }),
    goal: z.enum(['maximize', 'minimize']),
    at: z.enum(['final', 'best']).optional().meta({
      description: 'best: every metric is taken from the line where the objective was best. Default final.',
    }),
  },
  { error: objectiveMessage },
);

const reasonMessage = 'a sentence that says why';
const exclusion = z
  .object({ because: z.string({ error: reasonMessage }).min(1, { error: reasonMessage }) })
  .catchall(
    value.refine((when) => !Array.isArray(when) || when.length > 0, { error: 'a list of at least 1' }),
  );

const resources = z.strictObject({
  cpus: z.number().min(0).optional(),
  gpus: z.literal([0, 1], { error: 'the GPUs of a trial: 0 or 1' }).optional(),
  gpuMemory: sizeInput.optional(),
  hostMemory: sizeInput.optional(),
  disk: sizeInput.optional(),
});

const priorityMessage = 'a whole number from -10 to 10; the highest goes first';
const priorityInput = z
  .int({ error: priorityMessage })
  .min(-10, { error: priorityMessage })
  .max(10, { error: priorityMessage });

const limit = z.union([z.literal('none'), durationInput], { error: 'a duration like 15 min, or none' });
const labels = z.union([z.string(), z.array(z.string())], { error: 'a label, or a list of them' });

export const sweepInput = z
  .strictObject({
    sweep: nameInput.optional().meta({ description: "Its name, unique in a ledger. Default: the file's." }),
    extends: z.string().optional().meta({ description: 'Another sweep file to start from.' }),
    program: program.meta({
      description: 'What a trial runs: cnn1d, or {command, files, …}.',
    }),
    data: data
      .optional()
      .meta({ description: 'A name from `data import`, {name, words}, or {path, version}.' }),
    objective: objective.meta({ description: 'What is ranked, chosen on validation data.' }),
    selectOnTest: z.boolean().optional().meta({ description: 'Allows an objective that is a test figure.' }),
    fixed: values.optional().meta({ description: 'Parameters that every point has.' }),
    grid: z
      .union([grid, z.array(grid).min(1)], { error: 'a mapping of axes, or a list of such grids' })
      .optional(),
    exclude: z.array(exclusion).optional().meta({ description: 'Points that are left out on purpose.' }),
    sample: z
      .strictObject({
        points: countInput(1, 'a whole number of points, 1 or more'),
        seed: countInput(0, 'a whole number'),
      })
      .optional(),
    replicates: countInput(1, 'a whole number of replicates, 1 or more').optional(),
    seeds: z.array(countInput(0, 'a seed: a whole number from 0')).min(1).optional(),
    resources: resources.optional(),
    hosts: labels.optional().meta({ description: 'Labels that a host must have.' }),
    timeout: limit.optional().meta({ description: 'Of one attempt. Default none.' }),
    stallAfter: limit.optional().meta({ description: 'Without a metrics line or CPU time. Default 15 min.' }),
    retries: countInput(0, 'a whole number from 0')
      .optional()
      .meta({ description: 'Of a failed trial. Default 1.' }),
    concurrent: countInput(1, 'a whole number of trials, 1 or more').optional(),
    priority: priorityInput.optional().meta({
      description: 'Which of your own sweeps goes first: from -10 to 10, the highest. Default 0.',
    }),
    artifacts: z
      .strictObject({ fetch: z.array(z.string()).optional(), max: sizeInput.optional() })
      .optional(),
  })
  .meta({ title: 'labsweep sweep file' });
export type SweepInput = z.infer<typeof sweepInput>;
