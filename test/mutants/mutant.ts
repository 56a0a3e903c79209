import type { Patch } from '../planted-copy.ts';

export interface Mutant extends Patch {
  /** The promise or rule that is broken, as a sentence. */
  readonly breaks: string;
  /** Below `test`, without `.test.ts`: a test of these has to fail. */
  readonly tests: readonly string[];
}
