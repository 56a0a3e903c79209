import type { InSteps } from './tree-files.ts';

/** What an agent can do in one go without anybody waiting for it. */
const sliceMs = 4;

/** Does step after step, and lets the event loop have its turn in between. */
export async function inSlices<Result>(steps: InSteps<Result>): Promise<Result> {
  for (;;) {
    for (const until = performance.now() + sliceMs; performance.now() < until; ) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
