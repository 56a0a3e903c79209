import type { Architecture } from '../architecture.ts';
import type { Random } from '../random.ts';
import type { NetworkState } from './engine.ts';

/** Where a trained tensor lies in the flat array of all of them. */
export interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly start: 'glorot' | 'zeros' | 'ones';
}

export interface ParameterLayout {
  readonly slots: readonly Slot[];
  readonly size: number;
  /** Channels of each BN layer; each has a moving mean and a moving variance of that many. */
  readonly statistics: readonly number[];
}

/** Filters are [kernel, 1, inputs, channels]: time is the height of TensorFlow's images. */
export function parameterLayout({ blocks, dense }: Architecture): ParameterLayout {
  const slots: Slot[] = [];
  let offset = 0;
  const place = (name: string, shape: readonly number[], start: Slot['start']): void => {
    const size = shape.reduce((product, length) => product * length, 1);
    slots.push({ name, shape, offset, size, start });
    offset += size;
  };
  for (const [index, { inputs, channels, convolution, batchNorm }] of blocks.entries()) {
    place(`conv${index}/filter`, [convolution.size, 1, inputs, channels], 'glorot');
    place(`conv${index}/bias`, [channels], 'zeros');
    if (!batchNorm) continue;
    place(`norm${index}/gamma`, [channels], 'ones');
    place(`norm${index}/beta`, [channels], 'zeros');
  }
  for (const [index, { inputs, units }] of dense.entries()) {
    place(`dense${index}/weights`, [inputs, units], 'glorot');
    place(`dense${index}/bias`, [units], 'zeros');
  }
  const statistics = blocks.filter((block) => block.batchNorm).map((block) => block.channels);
  return { slots, size: offset, statistics };
}

/** Weights before the first step, the same for one seed on every engine. */
export function initialState(layout: ParameterLayout, random: Random): NetworkState {
  const parameters = new Float32Array(layout.size);
  for (const { shape, offset, size, start } of layout.slots) {
    if (start === 'ones') parameters.fill(1, offset, offset + size);
    if (start !== 'glorot') continue;
    const limit = glorotLimit(shape);
    for (let index = 0; index < size; index++) parameters[offset + index] = (2 * random.unit() - 1) * limit;
  }
  return {
    steps: 0,
    parameters,
    firstMoment: new Float32Array(layout.size),
    secondMoment: new Float32Array(layout.size),
    statistics: Float32Array.from(
      layout.statistics.flatMap((channels) => [...Array(channels).fill(0), ...Array(channels).fill(1)]),
    ),
  };
}

/** Glorot and Bengio 2010, uniform: ±sqrt(6 / (fan in + fan out)), a kernel's taps counted in both. */
function glorotLimit(shape: readonly number[]): number {
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  const taps = shape.slice(0, -2).reduce((product, length) => product * length, 1);
  return Math.sqrt(6 / (taps * (inputs + outputs)));
}
