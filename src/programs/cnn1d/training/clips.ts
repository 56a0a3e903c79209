import { clipSamples } from '../architecture.ts';
import type { Dataset } from '../dataset/read-dataset.ts';
import type { PackedClip } from '../dataset/packed-store.ts';
import type { Split } from '../dataset/split.ts';
import type { Batch } from '../engine/engine.ts';
import type { Cnn1dParams } from '../parameters.ts';
import { type Random, randomFrom } from '../random.ts';

/** The clips of one split that a trial uses, in the order of their files. */
export interface Clips {
  readonly split: Split;
  readonly list: readonly PackedClip[];
  /** The class of each. */
  readonly labels: Uint16Array;
}

/** Chooses by words, whose order numbers the classes, and by what the trial does with clips shorter than a second. */
export function chooseClips(
  dataset: Dataset,
  words: readonly string[],
  split: Split,
  { shortClips }: Pick<Cnn1dParams, 'shortClips'>,
): Clips {
  const list = dataset.clips.filter(
    (clip) =>
      clip.split === split &&
      words.includes(clip.word) &&
      (shortClips === 'pad' || clip.samples === clipSamples),
  );
  return { split, list, labels: Uint16Array.from(list, ({ word }) => words.indexOf(word)) };
}

/**
 * Reads clips into a batch, with white noise of `level` (of full scale) on them. Where `random` is null each clip has a
 * noise of its own that is the same in every trial: what is evaluated on does not change.
 */
export function loadBatch(
  dataset: Dataset,
  clips: Clips,
  chosen: Uint32Array,
  level: number,
  random: Random | null,
): Batch {
  const samples = new Float32Array(chosen.length * clipSamples);
  for (const [place, index] of chosen.entries()) {
    const clip = clips.list[index];
    if (clip === undefined) throw new RangeError(`clip ${index} of ${clips.list.length}`);
    const into = samples.subarray(place * clipSamples, (place + 1) * clipSamples);
    dataset.read(clip, into);
    if (level > 0) addNoise(into, level, random ?? randomFrom(0, clip.file));
  }
  return {
    count: chosen.length,
    samples,
    labels: Uint16Array.from(chosen, (index) => clips.labels[index] ?? 0),
  };
}

/** Uniform noise whose root mean square is `level`. */
function addNoise(samples: Float32Array, level: number, random: Random): void {
  const reach = level * Math.sqrt(3);
  for (let at = 0; at < samples.length; at++)
    samples[at] = (samples[at] as number) + reach * (2 * random.unit() - 1);
}
