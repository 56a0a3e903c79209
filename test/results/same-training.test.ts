import { describe, expect, test } from 'vitest';
import { metricsHashOf } from '../../src/ledger/store/metrics-hash.ts';
import type { MetricsLine } from '../../src/model/result/metrics.ts';
import type { Params } from '../../src/model/grid/params.ts';
import { type Training, likeness } from '../../src/results/same-training.ts';
import { nothingRead } from '../../src/worker/core/journal-record.ts';
import { keep, noLines, thin } from '../../src/worker/core/kept-lines.ts';
import { resultOf } from '../../src/worker/core/roles.ts';
import { endWith } from '../ledger-builder.ts';

const objective = { metric: 'score', goal: 'maximize', at: 'best', selectOnTest: false } as const;

/** The end of a training that says these lines, so many a second, as an agent keeps them. */
function endOf(lines: readonly MetricsLine[], perSecond = 1_000, params: Params = {}): Training {
  const kept = noLines();
  for (let from = 0; from < lines.length; from += perSecond) {
    const batch = { lines: lines.slice(from, from + perSecond), standing: null };
    keep(kept, thin(kept, batch, objective, (from / perSecond) * 1_000), objective, nothingRead);
  }
  keep(kept, { lines: [...kept.pending], pending: [], standing: null, read: 0 }, objective, nothingRead);
  const end = endWith({
    best: kept.roles.best,
    final: resultOf(kept.roles),
    metricsCount: kept.lines.length,
    metricsHash: metricsHashOf(kept.lines),
  });
  return { params, end };
}

const curve = (count: number, more: (step: number) => MetricsLine = () => ({})): MetricsLine[] =>
  Array.from({ length: count }, (_, step) => ({ step, score: 0.5 + step / 1_000, ...more(step) }));

describe('two trainings', () => {
  test('are the same where they agree in three lines, or in a loss', () => {
    expect(likeness(endOf(curve(3)), endOf(curve(3)))).toBe('same');
    expect(likeness(endOf([{ score: 0.5, val_loss: 0.25 }]), endOf([{ score: 0.5, val_loss: 0.25 }]))).toBe(
      'same',
    );
  });

  test('agree by chance in one accuracy, or in two', () => {
    for (const count of [1, 2]) expect(likeness(endOf(curve(count)), endOf(curve(count)))).toBe('alike');
    // A problem that is solved has no loss left to tell.
    expect(likeness(endOf([{ score: 1, loss: 0 }]), endOf([{ score: 1, loss: 0 }]))).toBe('alike');
  });

  test.each<[string, (turn: number) => MetricsLine]>([
    ["a Trainer's clock", (turn) => ({ eval_runtime: turn, eval_samples_per_second: turn * 3 })],
    [
      "a logger's",
      (turn) => ({ walltime: turn, SPS: turn + 7, 'tokens/s': turn, started: `12:0${turn}:00` }),
    ],
    ['a file in the folder of the attempt', (turn) => ({ best_model_path: `/home/a/runs/${turn}/m.ckpt` })],
    ['their own arguments', (turn) => ({ dropout: turn / 4, loss_weight: 2, optimizer: `o${turn}` })],
  ])('are the same where they differ in %s alone', (_, more) => {
    const of = (turn: number, lines: MetricsLine) =>
      endOf(
        curve(4, () => ({ ...lines, ...more(turn) })),
        1_000,
        { dropout: turn / 4, loss_weight: 2, optimizer: `o${turn}` },
      );
    expect(likeness(of(1, { loss: 0.5 }), of(2, { loss: 0.5 }))).toBe('same');
    expect(likeness(of(1, { loss: 0.5 }), of(2, { loss: 0.4 }))).toBe('different');
    // An argument that is called a loss is none.
    expect(likeness(of(1, {}), of(2, {}))).toBe('unknown');
  });

  test('differ in what is named like an argument, and says something else', () => {
    const of = (dropout: number) => endOf([{ score: 1, loss: 0.5, dropout }], 1_000, { dropout: 0.5 });
    expect(likeness(of(0.1), of(0.2))).toBe('different');
  });

  test('differ where any line does', () => {
    const other = curve(5, (step) => (step === 2 ? { score: 0.1 } : {}));
    expect(likeness(endOf(curve(5)), endOf(other))).toBe('different');
    expect(likeness(endOf(curve(5)), endOf(curve(6)))).toBe('different');
  });

  test('of which other lines were kept are told by best and last line, where these have a loss', () => {
    const long = (loss: boolean) => curve(4_000, (step) => (loss ? { loss: 1 / (step + 2) } : {}));
    const [fast, slow] = [endOf(long(true), 400), endOf(long(true), 20)];
    expect(fast.end.metricsHash).not.toBe(slow.end.metricsHash);
    expect(likeness(fast, slow)).toBe('same');
    expect(likeness(endOf(long(false), 400), endOf(long(false), 20))).toBe('unknown');
    const other = endOf(
      long(true).map((line) => ({ ...line, loss: Number(line['loss']) + 1e-9 })),
      400,
    );
    expect(likeness(other, slow)).toBe('different');
  });

  test.each([
    'seconds',
    'epoch_time',
    'epochTime',
    'clips_per_second',
    'timestamp',
    'peak_memory_mb',
    'seed',
  ])('are told in spite of a column %s, where they have a loss besides', (name) => {
    const timed = (factor: number, loss: boolean) =>
      endOf(curve(5, (step) => ({ [name]: step * factor, ...(loss ? { loss: 1 / (step + 1) } : {}) })));
    expect(likeness(timed(1, true), timed(1.5, true))).toBe('same');
    expect(likeness(timed(1, false), timed(1.5, false))).toBe('unknown');
  });

  test.each(['validate_acc', 'rapid', 'ghost', 'per', 'lifetimes_acc'])('a metric %s is no clock', (name) => {
    const of = (value: number) => endOf(curve(5, () => ({ [name]: value, loss: 0.5 })));
    expect(likeness(of(1), of(2))).toBe('different');
  });

  test('say nothing where they have diverged, or reported nothing', () => {
    const nan = () => endOf(curve(5, () => ({ loss: 'NaN' })));
    expect(likeness(nan(), nan())).toBe('unknown');
    expect(likeness(nan(), endOf(curve(5)))).toBe('different');
    expect(likeness(endOf([]), endOf([]))).toBe('unknown');
  });

  test('that have collapsed say the same in each line', () => {
    const collapsed = () => endOf(Array.from({ length: 5 }, (_, step) => ({ step, score: 0.1 })));
    expect(likeness(collapsed(), collapsed())).toBe('flat');
  });
});
