import type { Cnn1dParams } from '../parameters.ts';
import type { Engine } from './engine.ts';
import { wasmEngine } from './wasm/wasm-engine.ts';

/** The engine that a trial asks for; `auto` is the best that is there. */
export async function openEngine(wanted: Cnn1dParams['engine']): Promise<Engine> {
  switch (wanted) {
    case 'auto':
    case 'wasm':
      return await wasmEngine();
    default:
      return wanted satisfies never;
  }
}
