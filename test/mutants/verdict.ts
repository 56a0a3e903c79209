/** What a run of vitest says of a mutant: only a test that was run and failed has noticed it. */
import { z } from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

export type Verdict =
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'survived' }
  /** The tests could not be run, which proves nothing. */
  | { readonly kind: 'broken'; readonly because: string };

/** Words of a program that is none, which any test would notice. */
const noProgram = /^(SyntaxError|ReferenceError)\b/;

/** @param report what vitest's reporter `json` wrote */
export function verdictOf(report: string): Verdict {
  const { testResults } = reportSchema.parse(JSON.parse(report));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.find(({ status }) => status === 'failed');
  if (failed !== undefined) {
    const [because = ''] = failed.failureMessages ?? [];
    return noProgram.test(because) ? { kind: 'broken', because } : { kind: 'killed', by: failed.fullName };
  }
  // After the first failure vitest ends the other files as failed: without one, a file could not be loaded.
  const unloaded = testResults.find(({ status }) => status === 'failed');
  if (unloaded !== undefined) return { kind: 'broken', because: `${unloaded.name}: ${unloaded.message}` };
  return tests.some(({ status }) => status === 'passed')
    ? { kind: 'survived' }
    : { kind: 'broken', because: 'all of its tests are skipped on this machine' };
}
