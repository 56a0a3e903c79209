import type * as tfjs from '@tensorflow/tfjs-core';
import type { Tensor1D, Tensor4D, TensorContainer } from '@tensorflow/tfjs-core';
import type { Window } from '../architecture.ts';

/** TensorFlow.js as an engine brings it along: tfjs-node has a copy of its own. */
export type TensorFlow = typeof tfjs;

/** Signals on the device are [1, time, clip, channel]: a filter's gradient then needs one plain transposition. */
export type Signal = Tensor4D;

/**
 * The operations in which backends differ, in correctness or by much in speed. What is handed out belongs to the
 * caller; arguments stay the caller's.
 */
export interface Kernels {
  /** Convolution with bias, through ReLU if `rectified`. */
  convolve(input: Signal, filter: Tensor4D, bias: Tensor1D, window: Window, rectified: boolean): Signal;
  /** The gradient by the filter of a convolution of `input` whose output's gradient is `gradient`. */
  filterGradient(input: Signal, gradient: Signal, window: Window): Tensor4D;
  /** The gradient by the input of a convolution with `filter`. */
  inputGradient(gradient: Signal, filter: Tensor4D, window: Window): Signal;
  pool(input: Signal, window: Window): Signal;
  /**
   * The gradient by a pooling's input: `gradient` at the first place of each window where `input` equals `pooled`, 0
   * elsewhere; plus, where `line` is given, slope · input + offset, channel by channel (the rest of a BN layer's).
   */
  unpool(input: Signal, pooled: Signal, gradient: Signal, window: Window, line: Line | null): Signal;
  /** Mean and (biased) variance of each channel. */
  moments(input: Signal): { readonly mean: Tensor1D; readonly variance: Tensor1D };
  /**
   * `gradient` where `output` is above 0, else 0, and its sums by channel: plain, and times `input`. The sums are NaN
   * if `output` has left the range of numbers.
   */
  rectify(gradient: Signal, output: Signal, input: Signal): Rectified;
}

/** A number a channel each. */
export interface Line {
  readonly slope: Tensor1D;
  readonly offset: Tensor1D;
}

export interface Rectified {
  readonly gradient: Signal;
  readonly sum: Tensor1D;
  readonly sumOfProducts: Tensor1D;
}

/** tf.tidy for any result: tensors made in `scope` are freed, but for those that lie somewhere in what it returns. */
export const tidy = <Result>(tf: TensorFlow, scope: () => Result): Result =>
  tf.tidy(scope as () => TensorContainer) as Result;
