/** A ledger of several pages, and damage done to it byte by byte. */
import { createHash } from 'node:crypto';
import type { LedgerEvent } from '../../../src/ledger/events.ts';
import type { MetricsBatch } from '../../../src/ledger/metrics-batch.ts';
import { attemptId, trialId } from '../../../src/model/ids.ts';
import type { MetricsLine } from '../../../src/model/result/metrics.ts';
import { idOf, LedgerBuilder } from '../../ledger-builder.ts';

export interface Written {
  readonly events: LedgerEvent[];
  readonly metrics: readonly MetricsBatch[];
}

/** A sweep of 30 points: 24 have succeeded, two of them after a failure, one has failed, one runs. */
export function sweepOf30(): Written {
  const built = new LedgerBuilder();
  const params = Array.from({ length: 30 }, (_, x) => ({ x, note: 'n'.repeat(120) }));
  built.declare({ points: params.map((point) => ({ params: point })) });
  const metrics: MetricsBatch[] = [];
  for (const [index, point] of params.slice(0, 26).entries()) {
    const trial = trialId(idOf(point));
    if (index % 10 === 3) built.fail(trial, 'exit code 1', 'birch', 'trace '.repeat(1_000));
    if (index === 25) continue;
    if (index % 10 === 3) built.add({ kind: 'retry-asked', at: built.now, trials: [trial] });
    const lines = linesOf(index);
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const metricsHash = createHash('sha256').update(text).digest('hex');
    const attempt = built.succeed(trial, lines.at(-1) ?? {}, { metricsCount: lines.length, metricsHash });
    metrics.push({ attempt: attemptId(attempt), from: 0, lines });
    built.now += 1_000;
  }
  const running = built.start(trialId(idOf(params[29] ?? {})));
  metrics.push({ attempt: running, from: 0, lines: linesOf(5) });
  return { events: built.events, metrics };
}

const linesOf = (index: number): MetricsLine[] =>
  Array.from({ length: 12 }, (_, step) => ({
    step,
    val_accuracy: (index + step) / 100,
    note: `epoch ${step} of ${index}`,
  }));

/** Where the kinds of bytes of a SQLite file lie: all of its header, and the beginning of each page. */
export function tellingPositions(size: number): number[] {
  const positions = Array.from({ length: 100 }, (_, at) => at);
  for (let page = 0; page < size; page += 4096)
    for (let at = page === 0 ? 100 : 0; at < (page === 0 ? 112 : 12); at += 1) positions.push(page + at);
  return positions;
}

/** Changes a word wherever it stands: what was moved to another page may still stand, unused, where it was. */
export function changed(bytes: Buffer, word: string): Buffer {
  const damaged = Buffer.from(bytes);
  for (let at = bytes.indexOf(word); at !== -1; at = bytes.indexOf(word, at + 1))
    damaged.writeUInt8(damaged.readUInt8(at + word.length - 1) ^ 1, at + word.length - 1);
  return damaged;
}
