import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { Locate } from '../source/source.ts';
import { valueProblem } from '../command/variables.ts';

/** What is wrong with the values of an `env` at a key of a person's file. */
export const envIssues = (
  env: Readonly<Record<string, string | number>> | undefined,
  at: KeyPath,
  locate: Locate,
): SourceIssue[] =>
  Object.entries(env ?? {}).flatMap(([name, value]) => {
    const problem = valueProblem(String(value));
    const key = [...at, name];
    return problem === null ? [] : [issueAt(locate(key), key, `${JSON.stringify(value)} ${problem}`)];
  });
