/**
 * Shell and Python that hosts run are files, where a linter sees them (`npm run check:scripts`): beside the module that
 * sends them. In what is built their text stands in the place of each call (scripts/build.ts), and no file is read.
 */
import { readFileSync } from 'node:fs';

/** A script takes in one that lies beside it as any shell would: shellcheck(1) follows it. */
const include = /^\. \.\/(\S+)\n/gm;

/**
 * What is sent of a script: its text, with the text of those that it takes in.
 *
 * @param from the module beside which it lies: `import.meta.url`
 */
export function scriptText(name: string, from: string | URL): string {
  const file = new URL(name, from);
  return readFileSync(file, 'utf8').replace(include, (_, other: string) => scriptText(other, file));
}
