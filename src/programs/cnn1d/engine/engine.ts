import type { Architecture } from '../architecture.ts';

/** Some clips with their classes, clip after clip. `count` may be less than the batch size. */
export interface Batch {
  readonly count: number;
  /** count × the architecture's samples. */
  readonly samples: Float32Array;
  /** The number of each clip's word. */
  readonly labels: Uint16Array;
}

/**
 * A batch to train on: with a mask (count × inputs; 0, or 1 / (1 − rate)) for each dense layer, or null without
 * dropout. Masks come from outside so that every engine drops the same.
 */
export interface TrainingBatch extends Batch {
  readonly masks: readonly Float32Array[] | null;
}

export interface StepOutcome {
  /** Mean cross-entropy of the batch, before the step; NaN or Infinity where the training has diverged. */
  readonly loss: number;
  readonly correct: number;
}

/** All that a training needs to go on; parameters in the order of parameter-layout.ts. */
export interface NetworkState {
  readonly steps: number;
  readonly parameters: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  /** Moving mean and variance of each BN layer. */
  readonly statistics: Float32Array;
}

/**
 * A network on an engine's device. Owns its memory there until `dispose`. Every method throws EngineError where that
 * memory does not suffice; the network is of no use then.
 */
export interface Network {
  /** One step of Adam. */
  train(batch: TrainingBatch, learningRate: number): StepOutcome;
  /** The gradient of the mean loss, without a step. */
  gradient(batch: TrainingBatch): StepOutcome & { readonly gradient: Float32Array };
  /** Logits (count × classes) as in use: moving statistics, no dropout. */
  evaluate(batch: Batch): Float32Array;
  /** A copy that later steps leave alone. */
  state(): NetworkState;
  restore(state: NetworkState): void;
  dispose(): void;
}

/** What computes: TensorFlow on one device. The same state and batches give the same numbers each time. */
export interface Engine {
  readonly name: 'wasm' | 'native' | 'gpu';
  network(architecture: Architecture, state: NetworkState): Network;
  /** Tensors alive on the device: what a leak makes grow. */
  tensors(): number;
}
