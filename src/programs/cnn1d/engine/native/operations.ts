import type { Rank, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { type Line, type Signal, type TensorFlow, tidy } from '../kernels.ts';

/** tfjs-node's backend: any operation of libtensorflow, by its name (nodejs_kernel_backend.ts of tfjs-node 4). */
interface NodeBackend {
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputs: number,
  ): Tensor[];
  readonly binding: Readonly<Record<AttributeType | 'TF_FLOAT', number>>;
}

type AttributeType = 'TF_ATTR_TYPE' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL' | 'TF_ATTR_FLOAT';

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean;
}

/** Operations of libtensorflow on signals for which tfjs has no name, or a slow one. */
export interface Operations {
  /** slope · signal + offset. */
  line(signal: Signal, line: Line): Signal;
  /** Mean and biased variance of each channel. */
  moments(signal: Signal): { readonly mean: Tensor1D; readonly variance: Tensor1D };
  /** `gradient` where `output` is above 0, else 0. */
  rectify(gradient: Signal, output: Signal): Signal;
  sumByChannel(signal: Signal): Tensor1D;
}

export function operationsOf(tf: TensorFlow): Operations {
  const backend = tf.backend() as unknown as NodeBackend;
  const { binding } = backend;
  const attribute = (name: string, type: AttributeType, value: Attribute['value']): Attribute => ({
    name,
    type: binding[type],
    value,
  });
  const type = attribute('T', 'TF_ATTR_TYPE', binding.TF_FLOAT);
  const format = attribute('data_format', 'TF_ATTR_STRING', 'NHWC');
  /** @returns the normed signal, and the mean and unbiased variance that it was normed by */
  const norm = (
    isTraining: boolean,
    ...inputs: readonly [Signal, Tensor1D, Tensor1D, Tensor1D, Tensor1D]
  ): [Signal, Tensor1D, Tensor1D] => {
    const attributes = [
      type,
      format,
      attribute('U', 'TF_ATTR_TYPE', binding.TF_FLOAT),
      attribute('epsilon', 'TF_ATTR_FLOAT', 0),
      attribute('exponential_avg_factor', 'TF_ATTR_FLOAT', 1),
      attribute('is_training', 'TF_ATTR_BOOL', isTraining),
    ];
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', attributes, inputs, 6);
    const [normed, mean, variance, ...reserved] = outputs;
    tf.dispose(reserved);
    return [normed as Signal, mean as Tensor1D, variance as Tensor1D];
  };

  return {
    line: (signal, { slope, offset }) =>
      tidy(tf, () => {
        const none = tf.zerosLike(slope);
        return norm(false, signal, slope, offset, none, tf.onesLike(slope))[0];
      }),
    moments: (signal) =>
      tidy(tf, () => {
        const [, time, clips, channels] = signal.shape;
        // Clip by clip first: libtensorflow adds one number after the other in single precision, and half a million of
        // them a channel are too many for that.
        const wide = tf.reshape<Rank.R4>(signal, [1, time, 1, clips * channels]);
        const [none, ones] = [tf.zeros<Rank.R1>([clips * channels]), tf.ones<Rank.R1>([clips * channels])];
        const [, means, unbiased] = norm(true, wide, ones, none, none, ones);
        const rows = (values: Tensor1D): Tensor2D => tf.reshape(values, [clips, channels]);
        const mean = tf.mean<Tensor1D>(rows(means), 0);
        const within = tf.mul<Tensor1D>(tf.mean(rows(unbiased), 0), (time - 1) / time);
        const between = tf.mean<Tensor1D>(tf.square(tf.sub(rows(means), mean)), 0);
        return { mean, variance: tf.add<Tensor1D>(within, between) };
      }),
    rectify: (gradient, output) =>
      backend.executeSingleOutput('ReluGrad', [type], [gradient, output]) as Signal,
    sumByChannel: (signal) =>
      backend.executeSingleOutput('BiasAddGrad', [type, format], [signal]) as Tensor1D,
  };
}
