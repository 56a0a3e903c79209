import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { MetricsLine } from '../../../../src/model/result/metrics.ts';
import { readDataset } from '../../../../src/programs/cnn1d/dataset/read-dataset.ts';
import type { Engine } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { openEngine } from '../../../../src/programs/cnn1d/engine/open-engine.ts';
import { type Checkpoint, CheckpointFile } from '../../../../src/programs/cnn1d/training/checkpoint.ts';
import { train, type TrainingEnd, type TrainingJob } from '../../../../src/programs/cnn1d/training/train.ts';
import { temporaryFolder } from '../dataset/speech-folder.ts';
import { packTones, quickParams } from './tones.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine('auto', { engines: {}, hasGpu: false, say: () => {} });
});

describe('a training', () => {
  it('learns, and reports each epoch and the best one', async () => {
    const { lines, end } = await run({ params: quickParams({ epochs: 8, dropout: 0.1 }) });
    expect(lines).toHaveLength(8);
    expect(lines[0]).toEqual({
      step: 3,
      epoch: 1,
      loss: expect.any(Number),
      accuracy: expect.any(Number),
      val_loss: expect.any(Number),
      val_accuracy: expect.any(Number),
      clips_per_second: expect.any(Number),
      peak_memory_mb: 12,
    });
    const { line, history } = finished(end);
    expect(history).toEqual(lines);
    const best = Math.max(...lines.map((entry) => Number(entry['val_accuracy'])));
    expect(best).toBeGreaterThan(0.6);
    // Of equals the first; all of its figures.
    expect(line).toMatchObject(lines.find((entry) => entry['val_accuracy'] === best) ?? {});
    expect(line).toMatchObject({
      final: true,
      epochs: 8,
      engine: 'wasm',
      clips: '12 train, 6 validation, 4 test',
    });
    expect(line['test_accuracy']).toBeGreaterThanOrEqual(0);
  });

  it('repeats a seed bit for bit, and no other', async () => {
    const first = await run({ seed: 5 });
    const again = await run({ seed: 5 });
    expect(figures(again.lines)).toEqual(figures(first.lines));
    expect(finished(again.end).weights).toEqual(finished(first.end).weights);
    const other = await run({ seed: 6 });
    expect(figures(other.lines)).not.toEqual(figures(first.lines));
  });

  it('goes on from wherever it was stopped, bit for bit', async () => {
    const params = quickParams({ epochs: 3, noise: 0.01 });
    const whole = await run({ params });
    // 3 batches, 2 evaluations an epoch: stops before, within and behind each of them.
    for (const after of [0, 1, 3, 4, 5, 7, 11, 14, 16]) {
      const checkpoints = new CheckpointFile(await temporaryFolder(), 'this one');
      const stopped = await run({ params, checkpoints, stopAfter: after });
      expect(stopped.end.kind).toBe('stopped');
      const resumed = await run({ params, checkpoints });
      expect(figures(resumed.lines)).toEqual(figures(whole.lines));
      expect(figures([finished(resumed.end).line])).toEqual(figures([finished(whole.end).line]));
      expect(finished(resumed.end).weights).toEqual(finished(whole.end).weights);
    }
  });

  it('stops after as many epochs without a better validation accuracy as patience says', async () => {
    const { lines } = await run({ params: quickParams({ epochs: 50, patience: 2, learningRate: 1e-9 }) });
    expect(lines).toHaveLength(3);
  });

  it('drops short clips where it is told to', async () => {
    const { end } = await run({ params: quickParams({ epochs: 1, shortClips: 'drop' }) });
    expect(finished(end).line).toMatchObject({ clips: '11 train, 5 validation, 3 test' });
  });

  it('numbers classes in the order of the words', async () => {
    const { end } = await run({ params: quickParams({ epochs: 1 }), words: ['low', 'high'] });
    expect([...(finished(end).evaluated[0]?.clips.labels ?? [])]).toEqual([1, 1, 1, 0, 0, 0]);
  });

  /** Trains on with weights of which any product is infinite. */
  async function goOnBeyondNumbers(stopAfter: number) {
    let kept: Checkpoint | null = null;
    const checkpoints = { load: () => kept, save: (checkpoint: Checkpoint) => void (kept = checkpoint) };
    await run({ checkpoints, stopAfter });
    if (kept === null) throw new Error('no checkpoint');
    const { network } = kept as Checkpoint;
    kept = {
      ...(kept as Checkpoint),
      network: { ...network, parameters: network.parameters.map(() => 1e38) },
    };
    return run({ checkpoints });
  }

  it('that leaves the numbers in its first epoch has diverged, and says at which step', async () => {
    expect((await goOnBeyondNumbers(2)).end).toEqual({
      kind: 'diverged',
      line: {
        step: 3,
        epoch: 1,
        loss: 'NaN',
        accuracy: 'NaN',
        val_loss: 'NaN',
        val_accuracy: 'NaN',
        final: true,
      },
      diverged: 'The loss was no number any more at step 3 (epoch 1); try a learningRate below 0.01.',
    });
  });

  it('that leaves the numbers later keeps its best epoch', async () => {
    const { end, lines } = await goOnBeyondNumbers(7);
    const { line, diverged } = finished(end);
    expect(diverged).toContain('(epoch 2)');
    expect(line).toMatchObject({ ...lines[0], final: true, epochs: 1, test_accuracy: expect.any(Number) });
  });

  it('needs clips to train and to validate on', async () => {
    await expect(run({ words: ['quiet', 'loud'] })).rejects.toThrow(
      'The data set has no train clips for quiet, loud.',
    );
  });
});

interface RunOptions extends Partial<TrainingJob> {
  /** How often it is asked whether it has been stopped before it has. */
  readonly stopAfter?: number;
}

async function run({ stopAfter, ...job }: RunOptions): Promise<{ lines: MetricsLine[]; end: TrainingEnd }> {
  const dataset = await readDataset(await packTones());
  onTestFinished(() => dataset.close());
  const lines: MetricsLine[] = [];
  let asked = 0;
  const end = await train({
    params: quickParams(),
    seed: 1,
    words: dataset.words,
    dataset,
    engine,
    report: (line) => lines.push(line),
    checkpoints: { load: () => null, save: () => {} },
    isStopped: () => stopAfter !== undefined && asked++ >= stopAfter,
    nowMs: () => performance.now(),
    peakMemoryMb: () => 12.4,
    ...job,
  });
  return { lines, end };
}

function finished(end: TrainingEnd): Extract<TrainingEnd, { kind: 'finished' }> {
  if (end.kind === 'finished') return end;
  throw new Error('was stopped');
}

/** Lines without what a clock measured. */
function figures(lines: readonly MetricsLine[]): MetricsLine[] {
  return lines.map((line) =>
    Object.fromEntries(
      Object.entries(line).filter(([name]) => name !== 'clips_per_second' && name !== 'seconds'),
    ),
  );
}
