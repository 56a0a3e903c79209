import type { MetricsLine } from '../../../model/result/metrics.ts';
import type { Architecture } from '../architecture.ts';
import type { Dataset } from '../dataset/read-dataset.ts';
import type { Network } from '../engine/engine.ts';
import type { Cnn1dParams } from '../parameters.ts';
import { type Random, resumeRandom, shuffled } from '../random.ts';
import type { Checkpoint, Progress } from './checkpoint.ts';
import { type Clips, loadBatch } from './clips.ts';
import { breathe, type Evaluation, evaluate } from './evaluate.ts';

/** What a run works with. */
export interface RunParts {
  readonly params: Cnn1dParams;
  readonly architecture: Architecture;
  readonly network: Network;
  readonly dataset: Dataset;
  readonly training: Clips;
  readonly validation: Clips;
  readonly report: (line: MetricsLine) => void;
  readonly save: (checkpoint: Checkpoint) => void;
  readonly isStopped: () => boolean;
  readonly nowMs: () => number;
  /** The most memory that this process has taken, in MB. */
  readonly peakMemoryMb: () => number;
}

/** The epochs of a training, which go on between any two steps where a checkpoint was written. */
export class Run {
  readonly #parts: RunParts;
  readonly #dropout: Random;
  readonly #noise: Random;
  readonly #begunMs: number;
  #progress: Progress;
  #best: Checkpoint['best'];

  constructor(parts: RunParts, { progress, best }: Checkpoint) {
    this.#parts = parts;
    this.#progress = progress;
    this.#best = best;
    this.#dropout = resumeRandom(progress.dropout);
    this.#noise = resumeRandom(progress.noise);
    this.#begunMs = parts.nowMs() - progress.seconds * 1000;
    for (const line of progress.history) parts.report(line);
  }

  get history(): readonly MetricsLine[] {
    return this.#progress.history;
  }

  /** The line and the weights of the best epoch; null before the first has ended. */
  get best(): { readonly line: MetricsLine; readonly weights: NonNullable<Checkpoint['best']> } | null {
    const line = this.#progress.history[this.#progress.best ?? -1];
    return line === undefined || this.#best === null ? null : { line, weights: this.#best };
  }

  /** After all epochs, or `patience` of them without a better validation accuracy. */
  isOver(): boolean {
    const { epoch, best } = this.#progress;
    const { epochs, patience } = this.#parts.params;
    return epoch >= epochs || (best !== null && epoch - 1 - best >= patience);
  }

  /** Of training, by this attempt and those before it. */
  seconds(): number {
    return (this.#parts.nowMs() - this.#begunMs) / 1000;
  }

  /**
   * Trains and evaluates one epoch, or what is left of it. `stopped`: with a checkpoint. `diverged`: its loss is no
   * number any more, so that no step and no epoch after it can be better.
   */
  async epoch(): Promise<'ended' | 'stopped' | 'diverged'> {
    const { params, network, dataset, training, validation, isStopped, nowMs } = this.#parts;
    const shuffle = resumeRandom(this.#progress.shuffle);
    const order = shuffled(shuffle, training.list.length);
    const seenBefore = this.#progress.seen;
    const begunMs = nowMs();
    while (this.#progress.batch * params.batchSize < order.length) {
      if (isStopped()) return this.#stop();
      if (!this.#step(order)) return 'diverged';
      await breathe();
    }
    const trainedMs = Math.max(1, nowMs() - begunMs);
    const found = await evaluate(network, dataset, validation, params, isStopped);
    if (found === null) return this.#stop();
    if (!Number.isFinite(found.loss)) return 'diverged';
    this.#close(found, ((this.#progress.seen - seenBefore) * 1000) / trainedMs, shuffle);
    this.#checkpoint();
    return 'ended';
  }

  /** What of this training is no number, and where. */
  divergence(): { readonly line: MetricsLine; readonly message: string } {
    const { epoch } = this.#progress;
    const step = this.#steps();
    const { learningRate } = this.#parts.params;
    return {
      line: { step, epoch: epoch + 1, loss: 'NaN', accuracy: 'NaN', val_loss: 'NaN', val_accuracy: 'NaN' },
      message:
        `The loss was no number any more at step ${step} (epoch ${epoch + 1}); ` +
        `try a learningRate below ${learningRate}.`,
    };
  }

  /** @returns whether the loss is a number still */
  #step(order: Uint32Array): boolean {
    const { params, architecture, network, dataset, training } = this.#parts;
    const { batch, seen, lossSum, correct } = this.#progress;
    const chosen = order.subarray(batch * params.batchSize, (batch + 1) * params.batchSize);
    const clips = loadBatch(dataset, training, chosen, params.noise, this.#noise);
    const masks =
      params.dropout === 0
        ? null
        : architecture.dense.map(({ inputs }) => this.#mask(clips.count * inputs, params.dropout));
    const outcome = network.train({ ...clips, masks }, params.learningRate);
    this.#progress = {
      ...this.#progress,
      batch: batch + 1,
      seen: seen + clips.count,
      lossSum: lossSum + outcome.loss * clips.count,
      correct: correct + outcome.correct,
    };
    return Number.isFinite(outcome.loss);
  }

  #mask(size: number, rate: number): Float32Array {
    const mask = new Float32Array(size);
    const kept = 1 / (1 - rate);
    for (let index = 0; index < size; index++) mask[index] = this.#dropout.unit() < rate ? 0 : kept;
    return mask;
  }

  #close(found: Evaluation, clipsPerSecond: number, shuffle: Random): void {
    const { epoch, seen, lossSum, correct, history, best } = this.#progress;
    const line = {
      step: this.#steps(),
      epoch: epoch + 1,
      loss: lossSum / seen,
      accuracy: correct / seen,
      val_loss: found.loss,
      val_accuracy: found.accuracy,
      clips_per_second: Math.round(clipsPerSecond * 10) / 10,
      peak_memory_mb: Math.round(this.#parts.peakMemoryMb()),
    } satisfies MetricsLine;
    const incumbent = history[best ?? -1]?.['val_accuracy'];
    const isBest = typeof incumbent !== 'number' || found.accuracy > incumbent;
    if (isBest) {
      const { parameters, statistics } = this.#parts.network.state();
      this.#best = { parameters, statistics };
    }
    this.#progress = {
      ...this.#progress,
      epoch: epoch + 1,
      batch: 0,
      seen: 0,
      lossSum: 0,
      correct: 0,
      shuffle: [...shuffle.state()],
      history: [...history, line],
      best: isBest ? epoch : best,
    };
    this.#parts.report(line);
  }

  #stop(): 'stopped' {
    this.#checkpoint();
    return 'stopped';
  }

  #checkpoint(): void {
    this.#progress = {
      ...this.#progress,
      dropout: [...this.#dropout.state()],
      noise: [...this.#noise.state()],
      seconds: this.seconds(),
    };
    this.#parts.save({ progress: this.#progress, network: this.#parts.network.state(), best: this.#best });
  }

  #steps(): number {
    const { params, training } = this.#parts;
    const { epoch, batch } = this.#progress;
    return epoch * Math.ceil(training.list.length / params.batchSize) + batch;
  }
}
