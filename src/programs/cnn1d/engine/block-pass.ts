import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Block } from '../architecture.ts';
import type { Kernels, Line, Signal, TensorFlow } from './kernels.ts';

/** Added to a variance before its root is taken. */
const epsilon = 1e-3;

export interface BlockWeights {
  readonly filter: Tensor4D;
  readonly bias: Tensor1D;
  readonly norm: { readonly gamma: Tensor1D; readonly beta: Tensor1D } | null;
}

export interface Moments {
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/** What the way back needs of the way forward. */
export interface BlockTrace {
  readonly convolved: Signal;
  readonly pooled: Signal;
  readonly output: Signal;
  readonly norm: {
    /** Of the turned filter's output. */
    readonly moments: Moments;
    readonly sign: Tensor1D;
    readonly filter: Tensor4D;
    /** Of the filter's own output. */
    readonly mean: Tensor1D;
  } | null;
}

/** By the order of parameter-layout.ts. */
export interface BlockGradient {
  readonly parameters: readonly Tensor[];
  readonly input: Signal | null;
}

/**
 * conv → BN → ReLU → pool, computed as conv → pool → BN → ReLU: ReLU and a rising line commute with a maximum, and the
 * pooled signal is a third as long. Where a gamma is negative the line falls, so the filter is turned around first.
 */
export class BlockPass {
  readonly #tf: TensorFlow;
  readonly #kernels: Kernels;

  constructor(tf: TensorFlow, kernels: Kernels) {
    this.#tf = tf;
    this.#kernels = kernels;
  }

  forward(block: Block, weights: BlockWeights, input: Signal): BlockTrace {
    const { filter, bias, norm } = weights;
    if (norm === null) {
      const convolved = this.#kernels.convolve(input, filter, bias, block.convolution, true);
      const pooled = this.#pool(block, convolved);
      return { convolved, pooled, output: pooled, norm: null };
    }
    const tf = this.#tf;
    const sign = tf.sub<Tensor1D>(tf.mul(2, tf.cast(tf.greaterEqual(norm.gamma, 0), 'float32')), 1);
    const turned = tf.mul<Tensor4D>(filter, sign);
    const convolved = this.#kernels.convolve(input, turned, tf.mul(bias, sign), block.convolution, false);
    const moments = this.#kernels.moments(convolved);
    const pooled = this.#pool(block, convolved);
    const { scale, shift } = this.#line(tf.mul(norm.gamma, sign), norm.beta, moments);
    const output = tf.relu(tf.add<Signal>(tf.mul(pooled, scale), shift));
    const mean = tf.mul<Tensor1D>(moments.mean, sign);
    return { convolved, pooled, output, norm: { moments, sign, filter: turned, mean } };
  }

  /** As in use: the moving moments are folded into the filter. */
  evaluate(block: Block, weights: BlockWeights, moments: Moments | null, input: Signal): Signal {
    const tf = this.#tf;
    let { filter, bias } = weights;
    if (weights.norm !== null && moments !== null) {
      const { scale, shift } = this.#line(weights.norm.gamma, weights.norm.beta, moments);
      filter = tf.mul(filter, scale);
      bias = tf.add(tf.mul(bias, scale), shift);
    }
    return this.#pool(block, this.#kernels.convolve(input, filter, bias, block.convolution, true));
  }

  backward(
    block: Block,
    weights: BlockWeights,
    input: Signal,
    trace: BlockTrace,
    gradient: Signal,
    wantsInput: boolean,
  ): BlockGradient {
    const rectified = this.#kernels.rectify(gradient, trace.output, trace.pooled);
    if (trace.norm === null) {
      const inner = this.#unpool(block, trace, rectified.gradient, null);
      const filter = this.#kernels.filterGradient(input, inner, block.convolution);
      return {
        parameters: [filter, rectified.sum],
        input: wantsInput ? this.#kernels.inputGradient(inner, weights.filter, block.convolution) : null,
      };
    }
    return this.#normBackward(block, weights, input, { ...trace, norm: trace.norm }, rectified, wantsInput);
  }

  /** Ioffe and Szegedy 2015, section 3; sums over the pooled signal, since the gradient is 0 elsewhere. */
  #normBackward(
    block: Block,
    weights: BlockWeights,
    input: Signal,
    trace: BlockTrace & { readonly norm: NonNullable<BlockTrace['norm']> },
    rectified: ReturnType<Kernels['rectify']>,
    wantsInput: boolean,
  ): BlockGradient {
    const tf = this.#tf;
    const { moments, sign, filter: turned } = trace.norm;
    const { mean, variance } = moments;
    const gamma = weights.norm?.gamma ?? sign;
    const count = block.convolution.outputLength * (input.shape[2] ?? 1);
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const scale = tf.mul<Tensor1D>(tf.mul(gamma, sign), inverse);
    const byGamma = tf.mul(inverse, tf.sub(rectified.sumOfProducts, tf.mul(mean, rectified.sum)));
    const slope = tf.mul<Tensor1D>(tf.mul(scale, inverse), tf.div(byGamma, -count));
    const offset = tf.sub<Tensor1D>(tf.mul(scale, tf.div(rectified.sum, -count)), tf.mul(slope, mean));
    const inner = this.#unpool(block, trace, tf.mul(rectified.gradient, scale), { slope, offset });
    const filter = this.#kernels.filterGradient(input, inner, block.convolution);
    return {
      // BN takes away what a bias adds: its gradient is 0, and Adam would make steps of rounding errors.
      parameters: [tf.mul(filter, sign), tf.zerosLike(sign), tf.mul(byGamma, sign), rectified.sum],
      input: wantsInput ? this.#kernels.inputGradient(inner, turned, block.convolution) : null,
    };
  }

  #unpool(block: Block, { convolved, pooled }: BlockTrace, gradient: Signal, line: Line | null): Signal {
    if (block.pool !== null) return this.#kernels.unpool(convolved, pooled, gradient, block.pool, line);
    if (line === null) return gradient;
    const tf = this.#tf;
    return tf.add(gradient, tf.add(tf.mul(convolved, line.slope), line.offset));
  }

  #pool(block: Block, signal: Signal): Signal {
    return block.pool === null ? signal : this.#kernels.pool(signal, block.pool);
  }

  /** gamma · (x − mean) / sqrt(variance + epsilon) + beta as scale · x + shift. */
  #line(gamma: Tensor1D, beta: Tensor1D, { mean, variance }: Moments): { scale: Tensor1D; shift: Tensor1D } {
    const tf = this.#tf;
    const scale = tf.mul<Tensor1D>(gamma, tf.rsqrt(tf.add(variance, epsilon)));
    return { scale, shift: tf.sub(beta, tf.mul(mean, scale)) };
  }
}
