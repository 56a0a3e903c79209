import type { Resources } from '../../model/resources.ts';
import type { Architecture, Block } from './architecture.ts';
import type { Cnn1dParams } from './parameters.ts';

/** Clips a word to train on in the whole Speech Commands data set, to which operations refer. */
const clipsPerWord = 2560;
const bytesPerNumber = 4;

/** What is trained: filters and biases, a BN layer's 2 a channel, dense weights. Moving statistics are not. */
export function countParameters({ blocks, dense }: Architecture): number {
  const convolutions = sum(blocks, (block) => {
    const filter = block.convolution.size * block.inputs * block.channels;
    return filter + block.channels + (block.batchNorm ? 2 * block.channels : 0);
  });
  return convolutions + sum(dense, ({ inputs, units }) => inputs * units + units);
}

/** Floating-point operations of one clip's way forward, multiplications and additions counted apart. */
export function forwardOperations({ blocks, dense }: Architecture): number {
  const multiplyAdds = sum(blocks, ({ convolution, inputs, channels }) => {
    return convolution.outputLength * convolution.size * inputs * channels;
  });
  return 2 * (multiplyAdds + sum(dense, ({ inputs, units }) => inputs * units));
}

/** Of a whole training: the way back costs twice the way forward. Early stopping is not foreseen. */
export function trainingOperations(architecture: Architecture, words: number, epochs: number): number {
  return 3 * forwardOperations(architecture) * words * clipsPerWord * epochs;
}

/** What an engine takes beside the numbers of a step, and for each of their bytes. */
interface Footprint {
  readonly processBytes: number;
  readonly scatter: number;
}

/** Node and TensorFlow.js before the first step. The heap of WebAssembly has gaps, and never shrinks. */
const onWasm: Footprint = { processBytes: 150 * 2 ** 20, scatter: 1.5 };
/** With libtensorflow, a third of which is in memory; its operations keep more copies at a time. */
const onLibtensorflow: Footprint = { processBytes: 350 * 2 ** 20, scatter: 1.73 };
/** On a GPU's own memory: the context and libraries of CUDA, and what cuDNN tries convolutions with. */
const onGpu: Footprint = { processBytes: 2 ** 30, scatter: 1.73 };

/**
 * What a trial takes at its peak; under `auto` as much as it does on the hungrier engine. A step keeps each block's
 * outputs; the way back through the largest one stands beside them. A little more than what was measured
 * (docs/cnn1d.md).
 */
export function estimateResources(
  architecture: Architecture,
  { batchSize, engine }: { readonly batchSize: number; readonly engine: Cnn1dParams['engine'] },
  engines: readonly string[],
): Resources {
  const { blocks } = architecture;
  const perClip =
    sum(blocks, keptNumbers) + Math.max(...blocks.map(workingNumbers)) + 5 * widestDense(architecture);
  const parameters = countParameters(architecture);
  // A parameter comes with its gradient, Adam's moments and intermediates, the best epoch's and a checkpoint's copy.
  const numbers = perClip * batchSize + 20 * parameters;
  const takes = ({ processBytes, scatter }: Footprint): number =>
    Math.ceil(processBytes + scatter * bytesPerNumber * numbers);
  const gpus = gpusFor(engine, engines);
  return {
    cpus: 1,
    gpus,
    gpuMemoryBytes: gpus === 0 ? null : takes(onGpu),
    hostMemoryBytes: takes(engine === 'wasm' ? onWasm : onLibtensorflow),
    diskBytes: Math.ceil(bytesPerNumber * 11 * parameters + 2 ** 20),
  };
}

/** Under `auto` one where the host has any; without the engine for it a GPU would be held and lie idle. */
function gpusFor(engine: Cnn1dParams['engine'], engines: readonly string[]): Resources['gpus'] {
  if (engine === 'gpu') return 1;
  return engine === 'auto' && engines.includes('gpu') ? null : 0;
}

/** The convolution's output, what pooling leaves of it, and BN's and ReLU's output where they are not the same. */
function keptNumbers({ convolution, pool, channels, batchNorm }: Block): number {
  const left = (pool ?? convolution).outputLength;
  return channels * (convolution.outputLength + (pool === null ? 0 : left) + (batchNorm ? left : 0));
}

/** The gradient of the convolution's output, once plain and once packed for the product with the turned input. */
function workingNumbers({ convolution, inputs, channels }: Block): number {
  const turned = inputs === 1 ? 2 * convolution.size : inputs;
  return 2 * channels * convolution.outputLength + turned * convolution.inputLength;
}

const widestDense = ({ dense }: Architecture): number => Math.max(...dense.map(({ inputs }) => inputs));

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
