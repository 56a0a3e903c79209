/** A sweep as large as `plan` takes without asking: what the ledger and the scheduler have to carry. */
import { createHash } from 'node:crypto';
import type { PointDeclaration, SweepDeclaration } from '../../src/ledger/events.ts';
import { launchId, sweepName, trialId } from '../../src/model/ids.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';

export const trialCount = 100_000;

const objective = { metric: 'val_accuracy', goal: 'maximize', at: 'best', selectOnTest: false } as const;

export const declaration: SweepDeclaration = {
  sweep: sweepName('large'),
  path: 'large.yaml',
  program: { kind: 'command', command: ['train', '{args}'], files: null },
  programName: 'train',
  data: null,
  dataName: null,
  objective,
  launch: launchId('a0b1c2d3e4f5a6b7'),
  spec: {
    command: ['train', '{args}'],
    argStyle: 'plain',
    files: null,
    data: null,
    env: {},
    activate: null,
    python: null,
    setup: null,
    engines: [],
    passEnv: [],
    metrics: { stdout: [], csv: null },
    objective,
    timeoutMs: null,
    stallAfterMs: 900_000,
    artifacts: { fetch: ['**'], maxBytes: 50_000_000 },
  },
  labels: [],
  retries: 1,
  concurrent: null,
  priority: 0,
  seeds: [1],
  axes: ['layers', 'dropout', 'learningRate'],
};

const hexOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

export const pointsOf = (count: number): PointDeclaration[] =>
  Array.from({ length: count }, (_, index) => ({
    params: { layers: (index % 7) + 3, dropout: (index % 100) / 100, learningRate: (index + 1) / count },
    case: null,
    shape: hexOf(`shape ${index}`),
    resources: { cpus: 1, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
    parameters: 100_000 + index,
    operations: 1e9 + (index % 1_000) * 1e6,
    trials: [trialId(hexOf(`trial ${index}`))],
  }));

/** The trials of these points as fewer points that take a GPU each, with many seeds. */
export function pointsOnGpus(count: number, shapes: number): PointDeclaration[] {
  const all = pointsOf(count);
  const seeds = count / shapes;
  return all.slice(0, shapes).map((point, place) => ({
    ...point,
    resources: { ...point.resources, gpus: 1, gpuMemoryBytes: 2 * gib, hostMemoryBytes: gib },
    trials: all.slice(place * seeds, (place + 1) * seeds).flatMap(({ trials }) => trials),
  }));
}

const gib = 2 ** 30;

export function endOf(index: number): AttemptEnd {
  const line = { step: 12, val_accuracy: (index % 997) / 997, val_loss: 1 / (index + 1) };
  return {
    outcome: { kind: 'succeeded' },
    best: line,
    final: line,
    metricsCount: 12,
    metricsHash: hexOf(`metrics ${index}`) + hexOf(`${index}`),
    seconds: 100 + (index % 60),
    cpuSeconds: 90,
    peakMemoryBytes: 2 ** 28,
    peakGpuMemoryBytes: null,
    gpuBusy: null,
    soloSeconds: null,
    killed: false,
    shortage: null,
    disk: null,
    gpuName: null,
    device: 'cpu',
    artifacts: [],
    unlisted: null,
    metricsRead: null,
    checkpointBytes: 0,
    logTail: '',
  };
}
