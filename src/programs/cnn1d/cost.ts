import type { Resources } from '../../model/resources.ts';
import type { Architecture, Block } from './architecture.ts';

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

/**
 * What a trial on the wasm engine takes at its peak. A step keeps each block's outputs; the way back through the largest
 * one stands beside them. A little more than what was measured (docs/cnn1d.md).
 */
export function estimateResources(architecture: Architecture, batchSize: number): Resources {
  const { blocks } = architecture;
  const perClip =
    sum(blocks, keptNumbers) + Math.max(...blocks.map(workingNumbers)) + 5 * widestDense(architecture);
  const parameters = countParameters(architecture);
  return {
    cpus: 1,
    gpus: 0,
    gpuMemoryBytes: null,
    // A parameter comes with its gradient, Adam's moments and intermediates, the best epoch's and a checkpoint's copy.
    hostMemoryBytes: Math.ceil(
      processBytes + scatter * bytesPerNumber * (perClip * batchSize + 20 * parameters),
    ),
    diskBytes: Math.ceil(bytesPerNumber * 11 * parameters + 2 ** 20),
  };
}

/** Node, TensorFlow.js and its WebAssembly before the first step. */
const processBytes = 150 * 2 ** 20;
/** The heap of WebAssembly has gaps, and never shrinks. */
const scatter = 1.5;

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
