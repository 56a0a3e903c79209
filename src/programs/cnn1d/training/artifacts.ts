import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricsLine } from '../../../model/metrics.ts';
import type { Architecture } from '../architecture.ts';
import { indexOfLargest, softmax } from '../engine/cross-entropy.ts';
import type { NetworkState } from '../engine/engine.ts';
import { parameterLayout } from '../engine/parameter-layout.ts';
import type { Evaluated } from './train.ts';

export interface Artifacts {
  readonly history: readonly MetricsLine[];
  readonly architecture: Architecture;
  readonly weights: Pick<NetworkState, 'parameters' | 'statistics'>;
  readonly words: readonly string[];
  readonly evaluated: readonly Evaluated[];
}

/** history.json, weights.safetensors and predictions.csv into a folder. */
export function writeArtifacts(folder: string, artifacts: Artifacts): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'history.json'), `${JSON.stringify(artifacts.history, null, 1)}\n`);
  writeFileSync(join(folder, 'weights.safetensors'), safetensors(artifacts.architecture, artifacts.weights));
  writeFileSync(join(folder, 'predictions.csv'), predictions(artifacts));
}

/** The length of the header in 8 bytes, the header, the numbers (github.com/huggingface/safetensors, "Format"). */
export function safetensors(
  architecture: Architecture,
  { parameters, statistics }: Pick<NetworkState, 'parameters' | 'statistics'>,
): Buffer {
  const slots = [...parameterLayout(architecture).slots, ...statisticSlots(architecture, parameters.length)];
  const header = Object.fromEntries(
    slots.map(({ name, shape, offset, size }) => [
      name,
      { dtype: 'F32', shape, data_offsets: [offset * 4, (offset + size) * 4] },
    ]),
  );
  const text = Buffer.from(JSON.stringify(header));
  // Numbers start at a multiple of 8; the format fills up with spaces.
  const padded = Buffer.concat([text, Buffer.alloc(-text.length & 7, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, bytesOf(parameters), bytesOf(statistics)]);
}

function statisticSlots(
  { blocks }: Architecture,
  start: number,
): { name: string; shape: readonly number[]; offset: number; size: number }[] {
  let offset = start;
  return blocks.flatMap(({ batchNorm, channels }, index) =>
    (batchNorm ? ['mean', 'variance'] : []).map((part) => {
      offset += channels;
      return { name: `norm${index}/${part}`, shape: [channels], offset: offset - channels, size: channels };
    }),
  );
}

/** One line a clip, with the word that the network takes it for and how sure it is. */
function predictions({ words, evaluated }: Artifacts): string {
  const lines = evaluated.flatMap(({ clips, evaluation }) =>
    clips.list.map(({ file, word, split }, index) => {
      const logits = evaluation.logits.subarray(index * words.length, (index + 1) * words.length);
      const predicted = indexOfLargest(logits);
      const probability = softmax(logits)[predicted] ?? Number.NaN;
      return [file, split, word, words[predicted], probability.toFixed(4)].map(quoted).join(',');
    }),
  );
  return ['file,split,word,predicted,probability', ...lines, ''].join('\n');
}

/** RFC 4180. */
function quoted(field: string | undefined): string {
  return /[",\r\n]/.test(field ?? '') ? `"${(field ?? '').replaceAll('"', '""')}"` : (field ?? '');
}

const bytesOf = (numbers: Float32Array): Buffer =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
