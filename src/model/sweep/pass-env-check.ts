import { issueAt, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import type { CommandProgram } from './sweep-file.ts';
import { namesIn } from '../command/variables.ts';

/** What is wrong with the variables that a program is passed, whatever their values are. */
export function passEnvIssues({ env, passEnv }: CommandProgram, locate: Locate): SourceIssue[] {
  return passEnv.flatMap((name, index) => {
    const problem = problemOf(name, index, passEnv, env);
    const key = ['program', 'passEnv', index];
    return problem === null ? [] : [issueAt(locate(key), key, problem)];
  });
}

function problemOf(
  name: string,
  index: number,
  passEnv: readonly string[],
  env: Readonly<Record<string, string>>,
): string | null {
  if (name.startsWith('LABSWEEP_')) return `${name} is labsweep's own; give the variable another name`;
  if (Object.hasOwn(env, name)) return `${name} stands in \`env\` as well; keep one of the two`;
  const filled = Object.keys(env).find((other) => namesIn(env[other] ?? '').includes(name));
  if (filled !== undefined)
    return `${name} would be filled into \`env.${filled}\`, which the ledger keeps; let the program read ${name} itself`;
  return passEnv.indexOf(name) < index ? `${name} is there twice` : null;
}
