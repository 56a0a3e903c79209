import type { Patch } from '../planted-copy.ts';

/** The tests that are to notice a mutant: one of them has to fail. */
export interface Selection {
  /** Below `test`, without `.test.ts`. */
  readonly tests: readonly string[];
  /** Only tests with this in their title are run: of a file that takes long, or that a busy machine makes fail. */
  readonly titled?: string;
}

export interface Mutant extends Patch, Selection {
  /** The promise or rule that is broken, as a sentence. */
  readonly breaks: string;
}
