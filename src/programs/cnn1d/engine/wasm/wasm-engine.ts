import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import type { Engine } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { TensorNetwork } from '../tensor-network.ts';
import { guardMemory, outOfWebAssembly } from '../memory-guard.ts';
import { wasmKernels } from './wasm-kernels.ts';

/** The engine that needs nothing: TensorFlow.js on WebAssembly, one thread. */
export async function wasmEngine(): Promise<Engine> {
  const folder = wasmFolder();
  setWasmPaths(`${folder}/`);
  // The loader that Emscripten made asks for CommonJS's variable, which a bundled module does not have.
  Object.assign(globalThis, { __dirname: folder });
  tf.enableProdMode();
  if (!(await tf.setBackend('wasm')))
    throw new EngineError(
      'no-start',
      `TensorFlow.js could not start its WebAssembly of ${folder} on Node ${process.version}.`,
    );
  const kernels = wasmKernels(tf);
  return {
    name: 'wasm',
    network: (architecture, state) =>
      guardMemory(() => new TensorNetwork(tf, kernels, architecture, state), outOfWebAssembly),
    tensors: () => tf.memory().numTensors,
  };
}

/** Beside the bundle where there is one, else where the package manager put it. */
function wasmFolder(): string {
  const beside = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(beside, 'tfjs-backend-wasm-simd.wasm'))) return beside;
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return join(dirname(main), '..', 'wasm-out');
}
