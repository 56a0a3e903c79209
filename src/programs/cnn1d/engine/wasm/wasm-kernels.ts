import type { Rank, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Window } from '../../architecture.ts';
import type { Kernels, Signal, TensorFlow } from '../kernels.ts';
import { registerHeapKernels } from './heap-kernels.ts';

/**
 * Kernels on tfjs's WebAssembly backend. It has no gradient of a filter, and its gradient of a maximum is wrong for
 * windows without a positive value: both are made here, the first of its own convolution (XNNPACK), the second as a loop.
 */
export function wasmKernels(tf: TensorFlow): Kernels {
  registerHeapKernels(tf);
  const run = (name: string, inputs: object, attrs: object = {}): unknown =>
    tf.engine().runKernel(name, inputs as never, attrs as never);

  return {
    convolve: (x, filter, bias, window, rectified) =>
      tf.fused.conv2d({
        x,
        filter,
        strides: 1,
        pad: paddingOf(window.before, window.after),
        bias,
        activation: rectified ? 'relu' : 'linear',
      }),
    filterGradient: (input, gradient, window) =>
      input.shape[3] === 1
        ? firstFilterGradient(tf, input, gradient, window)
        : filterGradient(tf, input, gradient, window),
    inputGradient: (gradient, filter, { size, before, after }) =>
      tf.tidy(() => {
        const turned = tf.transpose(tf.reverse(filter, 0), [0, 1, 3, 2]);
        return tf.conv2d(gradient, turned, 1, paddingOf(size - 1 - before, size - 1 - after));
      }),
    pool: (input, { size, stride, before, after }) =>
      tf.maxPool(input, [size, 1], [stride, 1], before + after === 0 ? 'valid' : 'same'),
    unpool: (input, pooled, gradient, window, line) =>
      run('LabsweepUnpool', { input, pooled, gradient, ...line }, { window }) as Signal,
    moments: (input) => {
      const [mean, variance] = run('LabsweepMoments', { input }) as [Tensor1D, Tensor1D];
      return { mean, variance };
    },
    rectify: (gradient, output, input) => {
      const results = run('LabsweepRectify', { gradient, output, input });
      const [rectified, sum, sumOfProducts] = results as [Signal, Tensor1D, Tensor1D];
      return { gradient: rectified, sum, sumOfProducts };
    },
  };
}

/**
 * dFilter[k, i, o] = Σ over time and clips of input[time + k, clip, i] · gradient[time, clip, o]: a convolution of the
 * input, its channels as clips and its clips as channels, with the gradient as a filter as long as the signal.
 */
function filterGradient(tf: TensorFlow, input: Signal, gradient: Signal, window: Window): Tensor4D {
  const [, time, clips, inputs] = input.shape;
  const [, outputTime, , channels] = gradient.shape;
  return tf.tidy(() => {
    const byChannel = tf.transpose(tf.reshape(input, [time * clips, inputs]));
    const signal = tf.reshape<Rank.R4>(byChannel, [inputs, time, 1, clips]);
    const filter = tf.reshape<Rank.R4>(gradient, [outputTime, 1, clips, channels]);
    const taps = tf.conv2d(signal, filter, 1, paddingOf(window.before, window.after));
    return tf.transpose(taps, [1, 2, 0, 3]);
  });
}

/** The same where the input has one channel: a product of two matrices, whose first is the input, shifted tap by tap. */
function firstFilterGradient(tf: TensorFlow, input: Signal, gradient: Signal, window: Window): Tensor4D {
  const [, time, clips] = input.shape;
  const [, outputTime, , channels] = gradient.shape;
  return tf.tidy(() => {
    const padded = tf.pad(tf.reshape(input, [time, clips]), [
      [window.before, window.after],
      [0, 0],
    ]);
    const shifted = Array.from({ length: window.size }, (_, tap) =>
      tf.slice(padded, [tap, 0], [outputTime, clips]),
    );
    const rows = tf.reshape<Rank.R2>(tf.stack(shifted), [window.size, outputTime * clips]);
    const taps = tf.matMul(rows, tf.reshape<Rank.R2>(gradient, [outputTime * clips, channels]));
    return tf.reshape(taps, [window.size, 1, 1, channels]);
  });
}

type Padding = [[number, number], [number, number], [number, number], [number, number]];
const paddingOf = (before: number, after: number): Padding => [
  [0, 0],
  [before, after],
  [0, 0],
  [0, 0],
];
