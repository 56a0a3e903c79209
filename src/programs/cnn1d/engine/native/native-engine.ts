import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import util from 'node:util';
import type { Engine } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { TensorFlow } from '../kernels.ts';
import { guardMemory, outOfTensorFlow } from '../memory-guard.ts';
import { TensorNetwork } from '../tensor-network.ts';
import { nativeKernels } from './native-kernels.ts';

const bindings = { native: '@tensorflow/tfjs-node', gpu: '@tensorflow/tfjs-node-gpu' } as const;

/**
 * TensorFlow on the libtensorflow in the folder of an installed engine, with as many threads as OMP_NUM_THREADS says.
 *
 * @throws EngineError where it cannot be loaded, or finds no GPU
 */
export function nativeEngine(
  name: keyof typeof bindings,
  folder: string,
  say: (sentence: string) => void,
): Engine {
  // Read when the library is loaded. Its messages are of no use to people, its errors come as exceptions.
  process.env['TF_NUM_INTRAOP_THREADS'] ??= process.env['OMP_NUM_THREADS'] ?? '1';
  process.env['TF_NUM_INTEROP_THREADS'] ??= '1';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // Gone since Node 23, and asked for by tfjs-node 4.22 with its first operation.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  const { tf, version } = load(name, folder);
  tf.enableProdMode();
  const kernels = nativeKernels(tf);
  say(`Trains on ${name}: libtensorflow ${version}, ${process.env['TF_NUM_INTRAOP_THREADS']} threads.`);
  return {
    name,
    network: (architecture, state) =>
      guardMemory(() => new TensorNetwork(tf, kernels, architecture, state), outOfTensorFlow),
    tensors: () => tf.memory().numTensors,
  };
}

interface NodeBackend {
  readonly binding: { readonly TF_Version: string };
  readonly isUsingGpuDevice: boolean;
}

function load(name: keyof typeof bindings, folder: string): { tf: TensorFlow; version: string } {
  try {
    return alone(() => {
      const tf = createRequire(join(folder, 'package.json'))(bindings[name]) as TensorFlow;
      const { binding, isUsingGpuDevice } = tf.backend() as unknown as NodeBackend;
      if (name === 'gpu' && !isUsingGpuDevice)
        throw new Error('it finds no GPU: its driver may be too old for CUDA 12');
      return { tf, version: binding.TF_Version };
    });
  } catch (cause) {
    const [because = ''] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw new EngineError(
      'no-start',
      `The engine ${name} does not work on this host: ${because.replace(/[.\s]+$/, '')}.`,
      cause,
    );
  }
}

/**
 * A copy of tfjs-core keeps its engine and its kernels in globals, and takes over those that it finds: another copy's,
 * whose kernels are not its own. Where it does not make them they are given back.
 */
function alone<Result>(loadCopy: () => Result): Result {
  const globals = globalThis as unknown as Record<string, unknown>;
  const names = ['_tfengine', '_tfGlobals'];
  const before = names.map((name) => globals[name]);
  for (const name of names) globals[name] = undefined;
  try {
    return loadCopy();
  } finally {
    // It did not come so far, or was loaded before.
    for (const [index, name] of names.entries()) globals[name] ??= before[index];
  }
}
