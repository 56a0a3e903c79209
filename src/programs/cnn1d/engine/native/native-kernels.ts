import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Window } from '../../architecture.ts';
import { type Kernels, type Signal, type TensorFlow, tidy } from '../kernels.ts';
import { operationsOf } from './operations.ts';

/**
 * Kernels on libtensorflow, of its own gradients and of operations that tfjs has no name for: FusedBatchNormV3 reads
 * a signal once where tf.moments reads it four times, BiasAddGrad sums twenty times as fast as tf.sum.
 */
export function nativeKernels(tf: TensorFlow): Kernels {
  const run = (name: string, inputs: object, attrs: object): unknown =>
    tf.engine().runKernel(name, inputs as never, attrs as never);
  const operations = operationsOf(tf);
  const sum = (signal: Signal): Tensor1D => operations.sumByChannel(signal);

  return {
    convolve: (x, filter, bias, window, rectified) =>
      tf.fused.conv2d({
        x,
        filter,
        strides: 1,
        pad: paddingOf(window),
        bias,
        activation: rectified ? 'relu' : 'linear',
      }),
    filterGradient: (x, dy, window) =>
      run(
        'Conv2DBackpropFilter',
        { x, dy },
        { ...convolution(window), filterShape: [window.size, 1, x.shape[3], dy.shape[3]] },
      ) as Tensor4D,
    inputGradient: (dy, filter, window) => {
      const [, , clips] = dy.shape;
      const inputShape = [1, window.inputLength, clips, filter.shape[2]];
      const attrs = { ...convolution(window), inputShape };
      return run('Conv2DBackpropInput', { dy, filter }, attrs) as Signal;
    },
    pool: (input, window) => tf.maxPool(input, [window.size, 1], [window.stride, 1], paddingOf(window)),
    unpool: (input, output, dy, window, line) =>
      tidy(tf, () => {
        const attrs = { filterSize: [window.size, 1], strides: [window.stride, 1], pad: paddingOf(window) };
        const gradient = run('MaxPoolGrad', { dy, input, output }, attrs) as Signal;
        if (line === null) return gradient;
        return tf.add<Signal>(gradient, operations.line(input, line));
      }),
    moments: (input) => operations.moments(input),
    rectify: (gradient, output, input) =>
      tidy(tf, () => {
        const rectified = operations.rectify(gradient, output);
        // 0 where the output is made of numbers, else NaN.
        const sound = tf.mul(sum(output), 0);
        return {
          gradient: rectified,
          sum: tf.add<Tensor1D>(sum(rectified), sound),
          sumOfProducts: sum(tf.mul(rectified, input)),
        };
      }),
  };
}

const convolution = (window: Window): object => ({
  strides: [1, 1],
  pad: paddingOf(window),
  dataFormat: 'NHWC',
});

/** TensorFlow's own two ways are the two that architectures use. */
const paddingOf = ({ before, after }: Window): 'valid' | 'same' => (before + after === 0 ? 'valid' : 'same');
