import type { Network } from '../engine.ts';
import { EngineError } from '../engine-error.ts';

/**
 * The network, saying so where WebAssembly's 4 GiB do not suffice. What the backend does then is not of one kind: it
 * aborts, reads where nothing is, or hands out memory that does not exist.
 */
export function guardMemory(network: Network): Network {
  const guarded = <Result>(compute: () => Result): Result => {
    try {
      return compute();
    } catch (cause) {
      const isMemory =
        cause instanceof RangeError || (cause instanceof Error && cause.name === 'RuntimeError');
      if (!isMemory) throw cause;
      const message = 'Out of memory: WebAssembly has 4 GiB, and this network takes more; lower batchSize.';
      throw new EngineError('out-of-memory', message, cause);
    }
  };
  return {
    train: (batch, learningRate) => guarded(() => network.train(batch, learningRate)),
    gradient: (batch) => guarded(() => network.gradient(batch)),
    evaluate: (batch) => guarded(() => network.evaluate(batch)),
    state: () => guarded(() => network.state()),
    restore: (state) => guarded(() => network.restore(state)),
    dispose: () => guarded(() => network.dispose()),
  };
}
