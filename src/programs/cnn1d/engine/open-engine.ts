import type { Cnn1dParams } from '../parameters.ts';
import type { Engine } from './engine.ts';
import { EngineError } from './engine-error.ts';
import { nativeEngine } from './native/native-engine.ts';
import { wasmEngine } from './wasm/wasm-engine.ts';

/** What an engine may choose from, and whom it tells. */
export interface Surroundings {
  /** Folders of the engines that are on this host, by name. */
  readonly engines: Readonly<Record<string, string>>;
  /** Whether a GPU was given to this trial. */
  readonly hasGpu: boolean;
  /** Hears which engine it is, and why a faster one is not. */
  readonly say: (sentence: string) => void;
}

/**
 * The engine that a trial asks for; `auto` is the fastest that is there and works. A trial with a GPU and the engine for
 * it never gives way to the cores: it would hold the GPU, and take days.
 *
 * @throws EngineError where one that is asked for by name, or for the trial's GPU, is not there or does not work
 */
export async function openEngine(wanted: Cnn1dParams['engine'], around: Surroundings): Promise<Engine> {
  if (wanted !== 'auto') return open(wanted, around);
  if (around.hasGpu && around.engines.gpu !== undefined) return openForGpu(around);
  if (around.engines.native === undefined) return open('wasm', around);
  try {
    return await open('native', around);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    around.say(`${error.message} The next best is taken.`);
    return open('wasm', around);
  }
}

async function openForGpu(around: Surroundings): Promise<Engine> {
  try {
    return await open('gpu', around);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const onCores = 'On the cores it trains with resources: {gpus: 0}; labels leave a host out.';
    throw new EngineError(error.code, `${error.message} ${onCores}`, error);
  }
}

async function open(name: Engine['name'], { engines, hasGpu, say }: Surroundings): Promise<Engine> {
  if (name === 'wasm') return wasmEngine();
  const folder = engines[name];
  if (folder === undefined)
    throw new EngineError(
      'no-start',
      `The engine ${name} is not on this host; labsweep engine install ${name} makes it, for Linux on x86_64.`,
    );
  if (name === 'gpu' && !hasGpu)
    throw new EngineError(
      'no-start',
      'The engine gpu needs a GPU, and this trial was given none; ask for gpus: 1.',
    );
  return nativeEngine(name, folder, say);
}
