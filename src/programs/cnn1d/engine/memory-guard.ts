import type { Network } from './engine.ts';
import { EngineError } from './engine-error.ts';

/**
 * A network that says so where memory does not suffice.
 *
 * @param whyOutOfMemory a sentence for people, or null for an error of another kind
 */
export function guardMemory(make: () => Network, whyOutOfMemory: (error: unknown) => string | null): Network {
  const guarded = <Result>(compute: () => Result): Result => {
    try {
      return compute();
    } catch (cause) {
      const message = whyOutOfMemory(cause);
      throw message === null ? cause : new EngineError('out-of-memory', message, cause);
    }
  };
  const network = guarded(make);
  return {
    train: (batch, learningRate) => guarded(() => network.train(batch, learningRate)),
    gradient: (batch) => guarded(() => network.gradient(batch)),
    evaluate: (batch) => guarded(() => network.evaluate(batch)),
    state: () => guarded(() => network.state()),
    restore: (state) => guarded(() => network.restore(state)),
    dispose: () => guarded(() => network.dispose()),
  };
}

/** What the WebAssembly backend does without memory is not of one kind: it aborts, reads where nothing is, or lies. */
export function outOfWebAssembly(error: unknown): string | null {
  if (!(error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError')))
    return null;
  return 'Out of memory: WebAssembly has 4 GiB, and this network takes more; lower batchSize.';
}

/** libtensorflow's own words for it, which whoever judges a trial's end knows. */
export function outOfTensorFlow(error: unknown): string | null {
  const words = /OOM when allocating.*/.exec(error instanceof Error ? error.message : '')?.[0];
  return words === undefined ? null : `Out of memory: ${words}; lower batchSize.`;
}
