import type { Window } from '../../architecture.ts';

/**
 * Loops over signals [time, clip, channel] that lie in WebAssembly's memory. One pass each: the backend's own kernels
 * would read and write the memory once for every operation of theirs.
 */

/** Mean and variance of each channel into `mean` and `variance`; sums in double precision, so one pass is enough. */
export function moments(input: Float32Array, mean: Float32Array, variance: Float32Array): void {
  const channels = mean.length;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let row = 0; row < input.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const value = input[row + channel] as number;
      sums[channel] = (sums[channel] as number) + value;
      squares[channel] = (squares[channel] as number) + value * value;
    }
  }
  const count = input.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const average = (sums[channel] as number) / count;
    mean[channel] = average;
    variance[channel] = Math.max(0, (squares[channel] as number) / count - average * average);
  }
}

/**
 * Beyond this the next convolution may leave the range of single precision, and NaN behind it would not be seen: the
 * backend's ReLU makes it 0. No training that works comes near.
 */
const overflow = 1e30;

/** See Kernels.rectify. A signal that has grown beyond measure shows as NaN in the sums. */
export function rectify(
  { gradient, output, input }: Readonly<Record<'gradient' | 'output' | 'input', Float32Array>>,
  { rectified, sum, sumOfProducts }: Readonly<Record<'rectified' | 'sum' | 'sumOfProducts', Float32Array>>,
): void {
  const channels = sum.length;
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  let largest = 0;
  for (let row = 0; row < gradient.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const place = row + channel;
      if ((output[place] as number) > largest) largest = output[place] as number;
      const value = (output[place] as number) > 0 ? (gradient[place] as number) : 0;
      rectified[place] = value;
      sums[channel] = (sums[channel] as number) + value;
      products[channel] = (products[channel] as number) + value * (input[place] as number);
    }
  }
  sum.set(largest < overflow ? sums : sums.fill(Number.NaN));
  sumOfProducts.set(products);
}

/** `result` becomes slope · input + offset, each of them a number a channel. */
export function line(
  input: Float32Array,
  slope: Float32Array,
  offset: Float32Array,
  result: Float32Array,
): void {
  const channels = slope.length;
  for (let row = 0; row < input.length; row += channels) {
    for (let channel = 0; channel < channels; channel++) {
      const place = row + channel;
      result[place] = (slope[channel] as number) * (input[place] as number) + (offset[channel] as number);
    }
  }
}

/**
 * Adds `gradient` to `result` at the first place of each window where `input` equals `pooled`.
 * @param width clips times channels: the numbers of one moment in time.
 */
export function unpool(
  { input, pooled, gradient }: Readonly<Record<'input' | 'pooled' | 'gradient', Float32Array>>,
  result: Float32Array,
  window: Window,
  width: number,
): void {
  for (let step = 0; step < window.outputLength; step++) {
    const start = step * window.stride - window.before;
    const first = Math.max(0, start) * width;
    const end = Math.min(window.inputLength, start + window.size) * width;
    for (let place = 0; place < width; place++) {
      const value = gradient[step * width + place] as number;
      // What ReLU has cut off, about half of it, needs no search.
      if (value === 0) continue;
      const largest = pooled[step * width + place] as number;
      let at = first + place;
      while (at < end && input[at] !== largest) at += width;
      if (at < end) result[at] = (result[at] as number) + value;
    }
  }
}
