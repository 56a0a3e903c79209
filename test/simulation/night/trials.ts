/** The trials of a night: the grid of sweeps/lab.yaml, with what each would really take. */
import { cnn1d } from '../../../src/programs/cnn1d/description.ts';
import { reportWords } from '../../../src/programs/cnn1d/words.ts';
import type { Random } from '../random.ts';

export const epochs = 100;
const seeds = [1, 2, 3] as const;
const depths = [3, 4, 5, 6, 7, 8, 9] as const;
/** A GPU is busy for a share of the time by how wide the network is: narrow ones wait for the host. */
const channels = [
  { startChannels: 32, busy: 0.3 },
  { startChannels: 64, busy: 0.55 },
  { startChannels: 128, busy: 0.9 },
] as const;
const regularisations = [
  { dropout: 0.25, batchNorm: false },
  { dropout: 0.5, batchNorm: false },
  { dropout: 0.75, batchNorm: false },
  { dropout: 0, batchNorm: true },
  { dropout: 0.25, batchNorm: true },
  { dropout: 0.5, batchNorm: true },
  { dropout: 0.75, batchNorm: true },
] as const;
/** 40 min for 1.7e16 operations on a small GPU. */
const secondsPerOperation = 2_400 / 1.7e16;

/** Where trials leak, one of each point does: at most so many bytes a second. */
const leakingSeed = 2;
const mostLeaked = 60e6;

export interface NightTrial {
  readonly id: string;
  readonly point: number;
  readonly seed: number;
  readonly shape: string;
  readonly params: Readonly<Record<string, number | boolean>>;
  readonly operations: number;
  /** What the program expects of itself, in bytes; a third of it where a sweep declares too little. */
  readonly declared: { readonly gpuBytes: number; readonly hostBytes: number };
  /** Alone on a GPU of speed 1. */
  readonly seconds: number;
  /** Bytes at its peak. */
  readonly gpuBytes: number;
  readonly hostBytes: number;
  /** Share of a GPU that it keeps busy. */
  readonly busy: number;
  /** How long its memory takes to grow. */
  readonly growsSeconds: number;
  /** From which share of its time on it holds its peak: most from the first epoch, some only late. */
  readonly peakAt: number;
  readonly checkpointBytes: number;
  /** What it holds of the host's memory grows by so much each second, in bytes: a data loader that keeps what it has read. */
  readonly leaksBytes: number;
}

export interface TrialOptions {
  /** @default 64 */
  readonly batchSize?: number;
  /** Whether most stop early. @default false */
  readonly stopsEarly?: boolean;
  /** Whether some hold more and more of their hosts' memory the longer they run. @default false */
  readonly leaks?: boolean;
  /** What is declared is so many times too little. @default 1 */
  readonly declaredTooLow?: number;
}

export function trialsOf(random: Random, options: TrialOptions): NightTrial[] {
  const points = depths.flatMap((layers) =>
    channels.flatMap((width) => regularisations.map((regularisation) => ({ layers, width, regularisation }))),
  );
  return points.flatMap(({ layers, width, regularisation }, point) =>
    trialsOfPoint(random, options, point, { layers, ...width, ...regularisation }),
  );
}

interface Point {
  readonly layers: number;
  readonly startChannels: number;
  readonly busy: number;
  readonly dropout: number;
  readonly batchNorm: boolean;
}

function trialsOfPoint(
  random: Random,
  { batchSize = 64, stopsEarly = false, declaredTooLow = 1, leaks = false }: TrialOptions,
  point: number,
  { busy, ...varied }: Point,
): NightTrial[] {
  const { params, operations, parameters, gpuBytes, hostBytes } = described({ ...varied, batchSize });
  // What a program is told of by its shape is right to 10 %, and of that each seed is within 1 %.
  const ofMemory = Math.exp(0.1 * normal(random));
  const ofTime = Math.exp(0.1 * normal(random));
  const peakAt = random.chance(0.2) ? 0.3 : 0.012;
  const busyShare = busy * (0.95 + 0.1 * random.next());
  return seeds.map((seed) => {
    const memory = 0.93 * ofMemory * Math.exp(0.01 * normal(random));
    const stopsAt = stopsEarly ? 0.3 + 0.7 * random.next() : 1;
    return {
      id: `t${point}-${seed}`,
      point,
      seed,
      shape: `s${point}`,
      params,
      operations,
      declared: { gpuBytes: gpuBytes / declaredTooLow, hostBytes: hostBytes / declaredTooLow },
      seconds: operations * secondsPerOperation * ofTime * Math.exp(0.03 * normal(random)) * stopsAt,
      gpuBytes: gpuBytes * memory,
      hostBytes: hostBytes * memory,
      busy: busyShare,
      growsSeconds: random.between(5, 40),
      peakAt,
      // Weights and the two moments of Adam, of 4 bytes each.
      checkpointBytes: parameters * 12,
      leaksBytes: leaks && seed === leakingSeed ? mostLeaked * random.next() : 0,
    };
  });
}

/** By the program's own description, which is what `plan` reads. */
function described(varied: Readonly<Record<string, number | boolean>>) {
  const asked = { family: 'custom-k5', epochs, learningRate: 0.001, patience: 10, engine: 'gpu', ...varied };
  const completed = cnn1d.complete(asked);
  if (completed.kind !== 'complete') throw new Error(`cnn1d does not take ${JSON.stringify(asked)}`);
  const data = { words: reportWords };
  const { gpuMemoryBytes, hostMemoryBytes } = cnn1d.estimate(completed.params, data, ['gpu']);
  return {
    params: varied,
    operations: cnn1d.operations(completed.params, data),
    parameters: cnn1d.countParameters(completed.params, data),
    gpuBytes: gpuMemoryBytes ?? 0,
    hostBytes: hostMemoryBytes ?? 0,
  };
}

/** Box and Muller 1958. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
