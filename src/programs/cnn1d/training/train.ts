import type { MetricsLine } from '../../../model/result/metrics.ts';
import { type Architecture, architectureOf } from '../architecture.ts';
import { countParameters } from '../cost.ts';
import type { Dataset } from '../dataset/read-dataset.ts';
import { type Split, splits } from '../dataset/split.ts';
import type { Engine, NetworkState } from '../engine/engine.ts';
import { initialState, parameterLayout } from '../engine/parameter-layout.ts';
import type { Cnn1dParams } from '../parameters.ts';
import { randomFrom } from '../random.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type Clips, chooseClips } from './clips.ts';
import { type Evaluation, evaluate } from './evaluate.ts';
import { Run } from './run.ts';
import { TrainingError } from './training-error.ts';

export interface TrainingJob {
  readonly params: Cnn1dParams;
  readonly seed: number;
  /** Classes, in order; all of them are in the data set. */
  readonly words: readonly string[];
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Takes a metrics line after each epoch, those of earlier attempts first. */
  readonly report: (line: MetricsLine) => void;
  readonly checkpoints: { load(): Checkpoint | null; save(checkpoint: Checkpoint): void };
  /** Asked between two steps: true ends the training with a checkpoint. */
  readonly isStopped: () => boolean;
  /** Of a clock that only goes forward. */
  readonly nowMs: () => number;
  /** The most memory that this process has taken, in MB. */
  readonly peakMemoryMb: () => number;
}

/** What an evaluation found on a split's clips. */
export interface Evaluated {
  readonly clips: Clips;
  readonly evaluation: Evaluation;
}

export type TrainingEnd =
  | { readonly kind: 'stopped' }
  /** In its first epoch: there is no other to take the figures of. */
  | { readonly kind: 'diverged'; readonly line: MetricsLine; readonly diverged: string }
  | {
      readonly kind: 'finished';
      /** The final line: the figures of the best epoch, test figures among them. */
      readonly line: MetricsLine;
      readonly history: readonly MetricsLine[];
      readonly architecture: Architecture;
      /** The best epoch's weights. */
      readonly weights: Pick<NetworkState, 'parameters' | 'statistics'>;
      readonly evaluated: readonly Evaluated[];
      /** Where the loss left the numbers, after the best epoch; null where it did not. */
      readonly diverged: string | null;
    };

/**
 * Trains one network and keeps the weights of the epoch with the best validation accuracy. The same job gives the same
 * numbers, in one attempt or in several.
 * @throws TrainingError where there is nothing to train on
 */
export async function train(job: TrainingJob): Promise<TrainingEnd> {
  const { params, words, dataset, engine, checkpoints } = job;
  const architecture = architectureOf(params, words.length);
  if (architecture === null) throw new RangeError('the parameters have been completed');
  const clips = clipsOf(job);
  const start = checkpoints.load() ?? beginning(architecture, job.seed);
  const network = engine.network(architecture, start.network);
  try {
    const { report, isStopped, nowMs, peakMemoryMb } = job;
    const { train: training, validation } = clips;
    const save = (checkpoint: Checkpoint): void => checkpoints.save(checkpoint);
    const run = new Run(
      {
        params,
        architecture,
        network,
        dataset,
        training,
        validation,
        report,
        save,
        isStopped,
        nowMs,
        peakMemoryMb,
      },
      start,
    );
    let divergence: ReturnType<Run['divergence']> | null = null;
    while (divergence === null && !run.isOver()) {
      const how = await run.epoch();
      if (how === 'stopped') return { kind: 'stopped' };
      if (how === 'diverged') divergence = run.divergence();
    }
    const { best } = run;
    const diverged = divergence?.message ?? null;
    if (best === null && divergence !== null)
      return { kind: 'diverged', line: { ...divergence.line, final: true }, diverged: divergence.message };
    if (best === null) throw new RangeError('a run without epochs');
    network.restore({ ...network.state(), ...best.weights });
    const onValidation = await evaluate(network, dataset, validation, params, isStopped);
    const onTest = await evaluate(network, dataset, clips.test, params, isStopped);
    // The checkpoint of the last epoch stands: the next attempt only evaluates.
    if (isStopped()) return { kind: 'stopped' };
    const line: MetricsLine = {
      ...best.line,
      final: true,
      test_loss: onTest?.loss ?? null,
      test_accuracy: onTest?.accuracy ?? null,
      epochs: run.history.length,
      parameters: countParameters(architecture),
      seconds: Math.round(run.seconds() * 100) / 100,
      clips: splits.map((split) => `${clips[split].list.length} ${split}`).join(', '),
      engine: engine.name,
    };
    const evaluated = [
      { clips: validation, evaluation: onValidation },
      { clips: clips.test, evaluation: onTest },
    ].filter((entry): entry is Evaluated => entry.evaluation !== null);
    return {
      kind: 'finished',
      line,
      history: run.history,
      architecture,
      weights: best.weights,
      evaluated,
      diverged,
    };
  } finally {
    network.dispose();
  }
}

function clipsOf({ dataset, words, params }: TrainingJob): Record<Split, Clips> {
  const clips = Object.fromEntries(
    splits.map((split) => [split, chooseClips(dataset, words, split, params)]),
  ) as Record<Split, Clips>;
  for (const split of ['train', 'validation'] as const) {
    if (clips[split].list.length > 0) continue;
    const dropped = params.shortClips === 'drop' ? ' of a full second (shortClips: drop)' : '';
    throw new TrainingError(
      'no-clips',
      `The data set has no ${split} clips${dropped} for ${words.join(', ')}.`,
    );
  }
  return clips;
}

function beginning(architecture: Architecture, seed: number): Checkpoint {
  const stream = (purpose: string) =>
    [...randomFrom(seed, purpose).state()] as [number, number, number, number];
  return {
    progress: {
      epoch: 0,
      batch: 0,
      seen: 0,
      lossSum: 0,
      correct: 0,
      shuffle: stream('shuffle'),
      dropout: stream('dropout'),
      noise: stream('noise'),
      seconds: 0,
      history: [],
      best: null,
    },
    network: initialState(parameterLayout(architecture), randomFrom(seed, 'weights')),
    best: null,
  };
}
