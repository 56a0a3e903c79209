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
 * What a trial on the wasm engine takes at its peak. A step keeps each block's output and, at its largest block, the
 * block's input turned, its gradient and the packed operand beside them. Factors as measured (docs/cnn1d.md).
 */
export function estimateResources(architecture: Architecture, batchSize: number): Resources {
  const kept = sum(architecture.blocks, keptNumbers) * batchSize;
  const largest = Math.max(...architecture.blocks.map(workingNumbers)) * batchSize;
  const parameters = countParameters(architecture);
  return {
    cpus: 1,
    gpus: 0,
    gpuMemoryBytes: null,
    // Weights, gradient, two moments, best weights and what a checkpoint is written from.
    hostMemoryBytes: Math.ceil(processBytes + bytesPerNumber * (kept + largest + 8 * parameters)),
    diskBytes: Math.ceil(bytesPerNumber * 10 * parameters + 2 ** 20),
  };
}

const processBytes = 180 * 2 ** 20;

/** A block keeps its convolution's output and what is left of it after pooling. */
function keptNumbers({ convolution, pool, channels }: Block): number {
  return channels * (convolution.outputLength + (pool?.outputLength ?? convolution.outputLength));
}

function workingNumbers({ convolution, inputs, channels }: Block): number {
  return 2 * channels * convolution.outputLength + inputs * convolution.inputLength;
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
