/** What an agent finds of a launch on its host without starting a trial: the answer to `check-launch`. */
import { z } from 'zod';
import { mostItems } from '../model/bounds.ts';
import { listOf, saidText } from '../model/said.ts';

/** One sentence that says what is wrong; null where all is well. */
const problem = saidText.nullable();

/** In the order in which a trial would meet them; what stands behind a failed `activate` is not looked at. */
export const launchCheckSchema = z.discriminatedUnion('kind', [
  /** Data that lies on the host already. */
  z.object({ kind: z.literal('data'), path: saidText, problem }),
  /** `logTail`: the end of what it printed, where it failed. */
  z.object({ kind: z.literal('activate'), problem, logTail: saidText }),
  /** The Python that trials find by that name; path and version are null where it does not run. */
  z.object({
    kind: z.literal('interpreter'),
    name: saidText,
    path: saidText.nullable(),
    version: saidText.nullable(),
    problem,
  }),
  /** The virtual environment of `python`; `folder` is null where a run would make it first. */
  z.object({ kind: z.literal('python'), folder: saidText.nullable(), problem }),
  /** `done`: a run would find it done. `shared`: why trials share what it made, in words that follow "it"; null where they do not. */
  z.object({
    kind: z.literal('setup'),
    argv: listOf(saidText, mostItems),
    done: z.boolean(),
    shared: saidText.nullable().default(null),
  }),
  /** An engine that a run would send: whether it is there already, and works. */
  z.object({ kind: z.literal('engine'), name: saidText, isThere: z.boolean(), problem }),
  /** What the command names first; `path` is null where there is none, or where `setup` may yet make it. */
  z.object({ kind: z.literal('program'), name: saidText, path: saidText.nullable(), problem }),
  /** The Python file that the command runs, or one of its own that it imports. */
  z.object({ kind: z.literal('script'), path: saidText, problem }),
  /** An import of it of what is not its own. `where`: file and line; `certain`: it is met whatever the parameters. */
  z.object({
    kind: z.literal('import'),
    module: saidText,
    where: saidText,
    certain: z.boolean(),
    problem,
  }),
]);
export type LaunchCheck = Readonly<z.infer<typeof launchCheckSchema>>;
