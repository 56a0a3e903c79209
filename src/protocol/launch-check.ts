/** What an agent finds of a launch on its host without starting a trial: the answer to `check-launch`. */
import { z } from 'zod';

/** One sentence that says what is wrong; null where all is well. */
const problem = z.string().nullable();

/** In the order in which a trial would meet them; what stands behind a failed `activate` is not looked at. */
export const launchCheckSchema = z.discriminatedUnion('kind', [
  /** Data that lies on the host already. */
  z.object({ kind: z.literal('data'), path: z.string(), problem }),
  /** `logTail`: the end of what it printed, where it failed. */
  z.object({ kind: z.literal('activate'), problem, logTail: z.string() }),
  /** The Python that trials find by that name; path and version are null where it does not run. */
  z.object({
    kind: z.literal('interpreter'),
    name: z.string(),
    path: z.string().nullable(),
    version: z.string().nullable(),
    problem,
  }),
  /** The virtual environment of `python`; `folder` is null where a run would make it first. */
  z.object({ kind: z.literal('python'), folder: z.string().nullable(), problem }),
  /** `done`: a run would find it done. */
  z.object({ kind: z.literal('setup'), argv: z.array(z.string()), done: z.boolean() }),
  /** An engine that a run would send: whether it is there already, and works. */
  z.object({ kind: z.literal('engine'), name: z.string(), isThere: z.boolean(), problem }),
  /** What the command names first; `path` is null where there is none, or where `setup` may yet make it. */
  z.object({ kind: z.literal('program'), name: z.string(), path: z.string().nullable(), problem }),
  /** The Python file that the command runs, or one of its own that it imports. */
  z.object({ kind: z.literal('script'), path: z.string(), problem }),
  /** An import of it of what is not its own. `where`: file and line; `certain`: it is met whatever the parameters. */
  z.object({
    kind: z.literal('import'),
    module: z.string(),
    where: z.string(),
    certain: z.boolean(),
    problem,
  }),
]);
export type LaunchCheck = Readonly<z.infer<typeof launchCheckSchema>>;
