import type { Architecture, Block, Window } from '../../../../src/programs/cnn1d/architecture.ts';
import type { TrainingBatch } from '../../../../src/programs/cnn1d/engine/engine.ts';
import { parameterLayout } from '../../../../src/programs/cnn1d/engine/parameter-layout.ts';

/** A signal of one clip: time × channels. */
type Rows = number[][];

/**
 * The loss of a batch, straight from the definitions: no tensors, double precision, conv → BN → ReLU → pool in that
 * order. What an engine computes is held against it.
 */
export function referenceLoss(
  architecture: Architecture,
  parameters: Float64Array,
  batch: TrainingBatch,
): number {
  const read = readerOf(architecture, parameters);
  let clips: Rows[] = Array.from({ length: batch.count }, (_, clip) =>
    Array.from({ length: architecture.samples }, (_, at) => [
      num(batch.samples[clip * architecture.samples + at]),
    ]),
  );
  architecture.blocks.forEach((block, index) => {
    clips = clips.map((clip) =>
      convolve(clip, block, read(`conv${index}/filter`), read(`conv${index}/bias`)),
    );
    if (block.batchNorm) clips = normalise(clips, read(`norm${index}/gamma`), read(`norm${index}/beta`));
    clips = clips.map((clip) => clip.map((row) => row.map((value) => Math.max(0, value))));
    const { pool } = block;
    if (pool !== null) clips = clips.map((clip) => maxima(clip, pool));
  });
  const losses = clips.map((clip, at) => {
    let hidden = clip.flat();
    architecture.dense.forEach(({ inputs, units }, index) => {
      const mask = batch.masks?.[index];
      if (mask !== undefined) hidden = hidden.map((value, input) => value * num(mask[at * inputs + input]));
      const [weights, bias] = [read(`dense${index}/weights`), read(`dense${index}/bias`)];
      hidden = Array.from(bias, (b, unit) =>
        hidden.reduce((sum, value, input) => sum + value * num(weights[input * units + unit]), b),
      );
      if (index < architecture.dense.length - 1) hidden = hidden.map((value) => Math.max(0, value));
    });
    const whole = Math.log(hidden.reduce((sum, logit) => sum + Math.exp(logit), 0));
    return whole - num(hidden[num(batch.labels[at])]);
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / batch.count;
}

/** The loss's gradient by each parameter, by central differences. */
export function numericalGradient(
  architecture: Architecture,
  parameters: Float32Array,
  batch: TrainingBatch,
): Float64Array {
  const at = Float64Array.from(parameters);
  const step = 1e-6;
  return at.map((value, index) => {
    const beside = (by: number) => referenceLoss(architecture, at.with(index, value + by), batch);
    return (beside(step) - beside(-step)) / (2 * step);
  });
}

function readerOf(architecture: Architecture, parameters: Float64Array): (name: string) => Float64Array {
  const { slots } = parameterLayout(architecture);
  return (name) => {
    const slot = slots.find((candidate) => candidate.name === name);
    if (slot === undefined) throw new Error(`no parameter ${name}`);
    return parameters.subarray(slot.offset, slot.offset + slot.size);
  };
}

function convolve(clip: Rows, block: Block, filter: Float64Array, bias: Float64Array): Rows {
  const { inputs, channels, convolution } = block;
  return Array.from({ length: convolution.outputLength }, (_, step) =>
    Array.from({ length: channels }, (_, channel) => {
      let sum = num(bias[channel]);
      for (let tap = 0; tap < convolution.size; tap++)
        for (let input = 0; input < inputs; input++)
          sum +=
            (clip[step + tap - convolution.before]?.[input] ?? 0) *
            num(filter[(tap * inputs + input) * channels + channel]);
      return sum;
    }),
  );
}

function normalise(clips: Rows[], gamma: Float64Array, beta: Float64Array): Rows[] {
  const rows = clips.flat();
  const line = Array.from(gamma, (g, channel) => {
    const values = rows.map((row) => num(row[channel]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return (value: number) => (g * (value - mean)) / Math.sqrt(variance + 1e-3) + num(beta[channel]);
  });
  return clips.map((clip) =>
    clip.map((row) => row.map((value, channel) => line[channel]?.(value) ?? Number.NaN)),
  );
}

function maxima(clip: Rows, pool: Window): Rows {
  return Array.from({ length: pool.outputLength }, (_, step) => {
    const start = step * pool.stride - pool.before;
    const window = clip.slice(Math.max(0, start), start + pool.size);
    return (window[0] ?? []).map((_, channel) => Math.max(...window.map((row) => num(row[channel]))));
  });
}

function num(value: number | undefined): number {
  if (value === undefined) throw new RangeError('outside of the array');
  return value;
}
