/** Whether what a Python program imports is there. The program itself is read and never run. */
import { z } from 'zod';
import type { LaunchCheck } from '../../protocol/launch-check.ts';
import { scriptText } from '../../script-text.ts';
import type { Place } from './place.ts';
import type { PythonTarget } from '../../model/command/python-target.ts';

type ImportCheck = Extract<LaunchCheck, { kind: 'import' | 'script' }>;

/** A framework on a network file system that nobody has read yet takes its time. */
const limitMs = 90_000;

const script = scriptText('imports.py', import.meta.url);

const answerSchema = z.union([
  z.object({ kind: z.literal('script'), path: z.string(), problem: z.string() }),
  z.object({
    kind: z.literal('import'),
    module: z.string(),
    where: z.string(),
    certain: z.boolean(),
    announced: z.boolean().default(false),
    /** Part of Python, and well: nothing to tell. */
    standard: z.boolean().default(false),
    problem: z.string().nullable().default(null),
  }),
]);

/**
 * @param command the activation and the interpreter
 * @param folder with the program's files
 */
export async function checkImports(
  place: Place,
  command: readonly string[],
  runs: NonNullable<PythonTarget['runs']>,
  folder: string,
  log: string,
): Promise<readonly ImportCheck[]> {
  const step = await place.steps.run({
    argv: [...command, '-c', script, folder, runs.kind, runs.name],
    folder: '/',
    // Nothing here is to touch a GPU.
    environment: { ...place.environment, CUDA_VISIBLE_DEVICES: '', LABSWEEP_GPU: '' },
    log,
    answers: true,
    limitMs,
    running: () => {},
  });
  const answers = step.output.split('\0').flatMap((text, index) => {
    const read = index % 2 === 1 ? answerSchema.safeParse(JSON.parse(text)) : null;
    return read?.success === true ? [read.data] : [];
  });
  const last = answers.at(-1);
  const unfinished: ImportCheck[] =
    step.kind === 'done'
      ? []
      : last?.kind === 'import' && last.announced
        ? [{ ...named(last), problem: `the interpreter ${step.message}` }]
        : [
            {
              kind: 'script',
              path: runs.name,
              problem: `its imports cannot be looked at: it ${step.message}`,
            },
          ];
  return [...answers.flatMap(told), ...unfinished];
}

type Answer = z.infer<typeof answerSchema>;

const named = ({ module, where, certain }: Extract<Answer, { kind: 'import' }>) =>
  ({ kind: 'import', module, where, certain }) as const;

const told = (answer: Answer): ImportCheck[] =>
  answer.kind === 'script'
    ? [answer]
    : answer.announced || answer.standard
      ? []
      : [{ ...named(answer), problem: answer.problem }];
