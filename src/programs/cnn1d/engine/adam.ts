import type { Tensor1D } from '@tensorflow/tfjs-core';
import type { NetworkState } from './engine.ts';
import type { TensorFlow } from './kernels.ts';

const firstDecay = 0.9;
const secondDecay = 0.999;
const epsilon = 1e-8;

/** Adam (Kingma and Ba 2015, algorithm 1) on all parameters as one vector: a dozen operations, however many layers. */
export class Adam {
  readonly #tf: TensorFlow;
  #steps = 0;
  #parameters: Tensor1D;
  #firstMoment: Tensor1D;
  #secondMoment: Tensor1D;

  constructor(tf: TensorFlow, size: number) {
    this.#tf = tf;
    this.#parameters = tf.zeros([size]);
    this.#firstMoment = tf.zeros([size]);
    this.#secondMoment = tf.zeros([size]);
  }

  get steps(): number {
    return this.#steps;
  }

  get parameters(): Tensor1D {
    return this.#parameters;
  }

  step(gradient: Tensor1D, learningRate: number): void {
    const tf = this.#tf;
    this.#steps += 1;
    const [first, second, parameters] = tf.tidy(() => {
      const mean = tf.add(tf.mul(this.#firstMoment, firstDecay), tf.mul(gradient, 1 - firstDecay));
      const square = tf.add(
        tf.mul(this.#secondMoment, secondDecay),
        tf.mul(tf.square(gradient), 1 - secondDecay),
      );
      const rate = learningRate / (1 - firstDecay ** this.#steps);
      const root = tf.sqrt(tf.div(square, 1 - secondDecay ** this.#steps));
      const change = tf.div(tf.mul(mean, rate), tf.add(root, epsilon));
      return [mean, square, tf.sub(this.#parameters, change)] as [Tensor1D, Tensor1D, Tensor1D];
    });
    this.#replace(parameters, first, second);
  }

  /** Copies, without the statistics, which are no business of an optimiser. */
  state(): Omit<NetworkState, 'statistics'> {
    return {
      steps: this.#steps,
      parameters: this.#parameters.dataSync<'float32'>(),
      firstMoment: this.#firstMoment.dataSync<'float32'>(),
      secondMoment: this.#secondMoment.dataSync<'float32'>(),
    };
  }

  restore(state: Omit<NetworkState, 'statistics'>): void {
    const tf = this.#tf;
    this.#steps = state.steps;
    this.#replace(
      tf.tensor1d(state.parameters),
      tf.tensor1d(state.firstMoment),
      tf.tensor1d(state.secondMoment),
    );
  }

  dispose(): void {
    this.#tf.dispose([this.#parameters, this.#firstMoment, this.#secondMoment]);
  }

  #replace(parameters: Tensor1D, first: Tensor1D, second: Tensor1D): void {
    this.dispose();
    const keep = (tensor: Tensor1D): Tensor1D => this.#tf.keep(tensor);
    this.#parameters = keep(parameters);
    this.#firstMoment = keep(first);
    this.#secondMoment = keep(second);
  }
}
