import type { Rank, Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Architecture } from '../architecture.ts';
import { Adam } from './adam.ts';
import { BlockPass, type BlockWeights, type BlockTrace, type Moments } from './block-pass.ts';
import { crossEntropy } from './cross-entropy.ts';
import type { Batch, Network, NetworkState, StepOutcome, TrainingBatch } from './engine.ts';
import { type Kernels, type Signal, type TensorFlow, tidy } from './kernels.ts';
import { type ParameterLayout, parameterLayout } from './parameter-layout.ts';

/** Share of the past in the moving statistics, once there have been some hundred steps. */
const momentum = 0.99;

interface DenseWeights {
  readonly weights: Tensor2D;
  readonly bias: Tensor1D;
}

/** A network in TensorFlow's operations, with its way back written out: nothing is recorded and nothing unfused. */
export class TensorNetwork implements Network {
  readonly #tf: TensorFlow;
  readonly #architecture: Architecture;
  readonly #layout: ParameterLayout;
  readonly #pass: BlockPass;
  readonly #adam: Adam;
  #blocks: readonly BlockWeights[] = [];
  #dense: readonly DenseWeights[] = [];
  #moving: readonly (Moments | null)[] = [];

  constructor(tf: TensorFlow, kernels: Kernels, architecture: Architecture, state: NetworkState) {
    this.#tf = tf;
    this.#architecture = architecture;
    this.#layout = parameterLayout(architecture);
    this.#pass = new BlockPass(tf, kernels);
    this.#adam = new Adam(tf, this.#layout.size);
    this.restore(state);
  }

  train(batch: TrainingBatch, learningRate: number): StepOutcome {
    return tidy(this.#tf, () => {
      const { outcome, gradient, moments } = this.#backpropagate(batch);
      // A diverged step is reported, not taken: the weights stay what they were.
      if (!Number.isFinite(outcome.loss)) return outcome;
      this.#follow(moments);
      this.#adam.step(gradient, learningRate);
      this.#spread();
      return outcome;
    });
  }

  gradient(batch: TrainingBatch): StepOutcome & { readonly gradient: Float32Array } {
    return tidy(this.#tf, () => {
      const { outcome, gradient } = this.#backpropagate(batch);
      return { ...outcome, gradient: gradient.dataSync<'float32'>() };
    });
  }

  evaluate(batch: Batch): Float32Array {
    return tidy(this.#tf, () => {
      let signal = this.#upload(batch);
      for (const [index, block] of this.#architecture.blocks.entries()) {
        const next = tidy(this.#tf, () =>
          this.#pass.evaluate(block, at(this.#blocks, index), at(this.#moving, index), signal),
        );
        signal.dispose();
        signal = next;
      }
      let hidden = this.#flatten(signal);
      for (const [index, layer] of this.#dense.entries()) hidden = this.#denseForward(index, layer, hidden);
      return hidden.dataSync<'float32'>();
    });
  }

  state(): NetworkState {
    const statistics = this.#moving.flatMap((moments) =>
      moments === null ? [] : [...moments.mean.dataSync(), ...moments.variance.dataSync()],
    );
    return { ...this.#adam.state(), statistics: Float32Array.from(statistics) };
  }

  restore(state: NetworkState): void {
    this.#adam.restore(state);
    this.#spread();
    let offset = 0;
    const take = (channels: number): Tensor1D => {
      offset += channels;
      return this.#tf.tensor1d(state.statistics.slice(offset - channels, offset));
    };
    const moving = this.#architecture.blocks.map(({ batchNorm, channels }) =>
      batchNorm ? { mean: take(channels), variance: take(channels) } : null,
    );
    this.#replaceMoving(moving);
  }

  dispose(): void {
    this.#adam.dispose();
    this.#replaceMoving([]);
    this.#replaceWeights([], []);
  }

  #backpropagate(batch: TrainingBatch): {
    outcome: StepOutcome;
    gradient: Tensor1D;
    moments: readonly (Moments | null)[];
  } {
    const tf = this.#tf;
    const { blocks } = this.#architecture;
    const inputs: Signal[] = [this.#upload(batch)];
    const traces: BlockTrace[] = [];
    for (const [index, block] of blocks.entries()) {
      const trace = tidy(tf, () => this.#pass.forward(block, at(this.#blocks, index), at(inputs, index)));
      traces.push(trace);
      inputs.push(trace.output);
    }
    const flat = this.#flatten(at(inputs, blocks.length));
    const head = this.#denseThereAndBack(batch, flat);
    const parts: Tensor[][] = [head.parameters];
    let gradient = this.#unflatten(head.input, at(inputs, blocks.length));
    for (let index = blocks.length - 1; index >= 0; index--) {
      const [block, trace] = [at(blocks, index), at(traces, index)];
      const back = tidy(tf, () =>
        this.#pass.backward(block, at(this.#blocks, index), at(inputs, index), trace, gradient, index > 0),
      );
      for (const tensor of new Set([gradient, trace.convolved, trace.pooled, trace.output])) tensor.dispose();
      parts.unshift([...back.parameters]);
      if (back.input !== null) gradient = back.input;
    }
    const whole = tf.concat1d(parts.flat().map((part) => tf.reshape(part, [part.size])));
    // A maximum may hide NaN on the way forward (WebAssembly's does): kernels make it known on the way back.
    const sound = Number.isFinite(tf.sum(whole).dataSync()[0]);
    return {
      outcome: sound ? head.outcome : { ...head.outcome, loss: Number.NaN },
      gradient: whole,
      moments: traces.map(({ norm }) => norm && { mean: norm.mean, variance: norm.moments.variance }),
    };
  }

  #denseThereAndBack(
    batch: TrainingBatch,
    flat: Tensor2D,
  ): { outcome: StepOutcome; parameters: Tensor[]; input: Tensor2D } {
    const tf = this.#tf;
    const masks = batch.masks?.map((mask) => tf.tensor2d(mask, [batch.count, mask.length / batch.count]));
    const inputs: Tensor2D[] = [];
    let hidden = flat;
    for (const [index, layer] of this.#dense.entries()) {
      const mask = masks?.[index];
      const input = mask === undefined ? hidden : tf.mul<Tensor2D>(hidden, mask);
      inputs.push(input);
      hidden = this.#denseForward(index, layer, input);
    }
    const { gradient: byLogits, ...outcome } = crossEntropy(
      hidden.dataSync<'float32'>(),
      batch.labels,
      batch.count,
    );
    let gradient = tf.tensor2d(byLogits, hidden.shape);
    const parameters: Tensor[] = [];
    for (let index = this.#dense.length - 1; index >= 0; index--) {
      const { weights } = at(this.#dense, index);
      const input = at(inputs, index);
      parameters.unshift(tf.matMul(tf.transpose(input), gradient), tf.sum(gradient, 0));
      gradient = tf.matMul(gradient, tf.transpose(weights));
      const mask = masks?.[index];
      if (mask !== undefined) gradient = tf.mul(gradient, mask);
      // What stands before a further dense layer is the ReLU of the one before; dropout leaves its zeros zero.
      if (index > 0) gradient = tf.mul(gradient, tf.cast(tf.greater(input, 0), 'float32'));
    }
    return { outcome, parameters, input: gradient };
  }

  #denseForward(index: number, { weights, bias }: DenseWeights, input: Tensor2D): Tensor2D {
    const output = this.#tf.add<Tensor2D>(this.#tf.matMul(input, weights), bias);
    return index < this.#dense.length - 1 ? this.#tf.relu(output) : output;
  }

  #upload({ samples, count }: Batch): Signal {
    const tf = this.#tf;
    const time = this.#architecture.samples;
    const clips = tf.tensor2d(samples, [count, time]);
    const signal = tidy(tf, () => tf.reshape<Rank.R4>(tf.transpose(clips), [1, time, count, 1]));
    clips.dispose();
    return signal;
  }

  /** [1, time, clip, channel] → [clip, time · channel], as TensorFlow flattens [clip, time, channel]. */
  #flatten(signal: Signal): Tensor2D {
    const [, time, clips, channels] = signal.shape;
    const byClip = this.#tf.transpose(this.#tf.reshape(signal, [time, clips, channels]), [1, 0, 2]);
    return this.#tf.reshape(byClip, [clips, time * channels]);
  }

  #unflatten(flat: Tensor2D, like: Signal): Signal {
    const [, time, clips, channels] = like.shape;
    const byTime = this.#tf.transpose(this.#tf.reshape(flat, [clips, time, channels]), [1, 0, 2]);
    return this.#tf.reshape(byTime, [1, time, clips, channels]);
  }

  #follow(moments: readonly (Moments | null)[]): void {
    const tf = this.#tf;
    // Without the weight of where they started (Adam's correction, for the same reason): a variance of 1 is far from
    // that of speech and would spoil the first thousand steps.
    const share = (1 - momentum) / (1 - momentum ** (this.#adam.steps + 1));
    const mix = (past: Tensor1D, now: Tensor1D): Tensor1D =>
      tf.keep(tf.add(tf.mul(past, 1 - share), tf.mul(now, share)));
    const moving = moments.map((now, index) => {
      const past = at(this.#moving, index);
      if (now === null || past === null) return null;
      return { mean: mix(past.mean, now.mean), variance: mix(past.variance, now.variance) };
    });
    this.#replaceMoving(moving);
  }

  #replaceMoving(moving: readonly (Moments | null)[]): void {
    for (const moments of this.#moving) {
      moments?.mean.dispose();
      moments?.variance.dispose();
    }
    this.#moving = moving;
  }

  /** Cuts the flat parameters into the tensors that the layers use. */
  #spread(): void {
    const tf = this.#tf;
    const flat = this.#adam.parameters;
    const tensors = this.#layout.slots.map(({ offset, size, shape }) =>
      tidy(tf, () => tf.keep(tf.reshape(tf.slice(flat, offset, size), [...shape]))),
    );
    const next = (): Tensor | undefined => tensors.shift();
    this.#replaceWeights(
      this.#architecture.blocks.map(({ batchNorm }) => ({
        filter: next() as Tensor4D,
        bias: next() as Tensor1D,
        norm: batchNorm ? { gamma: next() as Tensor1D, beta: next() as Tensor1D } : null,
      })),
      this.#architecture.dense.map(() => ({ weights: next() as Tensor2D, bias: next() as Tensor1D })),
    );
  }

  #replaceWeights(blocks: readonly BlockWeights[], dense: readonly DenseWeights[]): void {
    this.#tf.dispose([this.#blocks, this.#dense] as unknown as Tensor[]);
    this.#blocks = blocks;
    this.#dense = dense;
  }
}

function at<Item>(items: readonly Item[], index: number): Item {
  if (index >= items.length) throw new Error(`item ${index} of ${items.length}`);
  return items[index] as Item;
}
