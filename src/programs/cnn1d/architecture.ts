import { type Family, families, type FamilyName, type Padding } from './families.ts';

/** Samples of a clip: one second at 16 kHz. */
export const clipSamples = 16_000;
export const sampleRateHz = 16_000;

/** A window that slides over `inputLength` steps; `before` steps of padding stand in front of the first one. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  readonly inputLength: number;
  readonly outputLength: number;
  readonly before: number;
  readonly after: number;
}

/** conv → BN → ReLU → pool, the last only where `pool` is not null. */
export interface Block {
  readonly inputs: number;
  readonly channels: number;
  readonly convolution: Window;
  readonly batchNorm: boolean;
  readonly pool: Window | null;
}

export interface DenseLayer {
  readonly inputs: number;
  readonly units: number;
}

/** A network, layer by layer. Dropout of rate `dropout` stands before each dense layer. */
export interface Architecture {
  /** Length of a clip. */
  readonly samples: number;
  readonly blocks: readonly Block[];
  /** The last one's units are the classes, under a softmax; ReLU follows the others. */
  readonly dense: readonly DenseLayer[];
  readonly dropout: number;
}

/** The parameters that decide the network. */
export interface NetworkParams {
  readonly family: FamilyName;
  readonly layers: number;
  readonly startChannels: number;
  readonly kernel: number;
  readonly pool: number;
  readonly growth: number;
  /** Dense layers before the last one: as many of the family's `hidden`. */
  readonly denseLayers?: number | undefined;
  readonly dropout: number;
  readonly batchNorm: boolean;
}

/** The network for `classes` words, or null where the signal is too short for that many layers. */
export function architectureOf(
  params: NetworkParams,
  classes: number,
  samples: number = clipSamples,
): Architecture | null {
  const family: Family = families[params.family];
  const blocks: Block[] = [];
  let length = samples;
  let inputs = 1;
  for (let index = 0; index < params.layers; index++) {
    const convolution = slide(params.kernel, 1, length, family.padding);
    if (convolution === null) return null;
    const pool = isPooled(family.pooling, index, params.layers)
      ? slide(params.pool, params.pool, convolution.outputLength, family.poolPadding)
      : undefined;
    if (pool === null) return null;
    const channels = params.startChannels * 2 ** Math.floor(index / params.growth);
    blocks.push({ inputs, channels, convolution, batchNorm: params.batchNorm, pool: pool ?? null });
    length = (pool ?? convolution).outputLength;
    inputs = channels;
  }
  const units = [...family.hidden.slice(0, params.denseLayers ?? 0), classes];
  const dense = units.map((unit, index) => ({ inputs: units[index - 1] ?? length * inputs, units: unit }));
  return { samples, blocks, dense, dropout: params.dropout };
}

/** The deepest network below one that does not fit: the most layers that the input's length allows, or 0. */
export function deepestBelow(params: NetworkParams): number {
  const step = params.family === 'vgg-k3' ? 2 : 1;
  for (let layers = params.layers - step; layers > 0; layers -= step)
    if (architectureOf({ ...params, layers }, 2) !== null) return layers;
  return 0;
}

function isPooled(pooling: Family['pooling'], index: number, layers: number): boolean {
  if (pooling === 'after-each') return true;
  if (index === layers - 1) return false;
  return pooling === 'between' || index % 2 === 1;
}

/** TensorFlow's arithmetic of `valid` and `same`: of an odd padding the larger half stands behind. */
function slide(size: number, stride: number, inputLength: number, padding: Padding): Window | null {
  if (padding === 'valid') {
    if (inputLength < size) return null;
    const outputLength = Math.floor((inputLength - size) / stride) + 1;
    return { size, stride, inputLength, outputLength, before: 0, after: 0 };
  }
  const outputLength = Math.ceil(inputLength / stride);
  const missing = Math.max(0, (outputLength - 1) * stride + size - inputLength);
  const before = Math.floor(missing / 2);
  return { size, stride, inputLength, outputLength, before, after: missing - before };
}
