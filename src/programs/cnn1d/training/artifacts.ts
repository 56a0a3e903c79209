import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricsLine } from '../../../model/result/metrics.ts';
import type { Architecture } from '../architecture.ts';
import { indexOfLargest, softmax } from '../engine/cross-entropy.ts';
import type { NetworkState } from '../engine/engine.ts';
import { parameterLayout } from '../engine/parameter-layout.ts';
import { layersModel } from './layers-model.ts';
import type { Evaluated } from './train.ts';

export interface Artifacts {
  readonly history: readonly MetricsLine[];
  readonly architecture: Architecture;
  readonly weights: Pick<NetworkState, 'parameters' | 'statistics'>;
  readonly words: readonly string[];
  readonly evaluated: readonly Evaluated[];
}

/** history.json, the weights in two formats, predictions.csv and confusion.csv into a folder. */
export function writeArtifacts(folder: string, artifacts: Artifacts): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'history.json'), `${JSON.stringify(artifacts.history, null, 1)}\n`);
  writeFileSync(join(folder, 'weights.safetensors'), safetensors(artifacts.architecture, artifacts.weights));
  const { model, weights } = layersModel(artifacts.architecture, artifacts.weights);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
  writeFileSync(join(folder, 'weights.bin'), weights);
  writeFileSync(join(folder, 'predictions.csv'), predictions(artifacts));
  writeFileSync(join(folder, 'confusion.csv'), confusion(artifacts));
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

/** For each split and word, how many of its clips were taken for which word. */
function confusion({ words, evaluated }: Artifacts): string {
  const rows = evaluated.flatMap(({ clips, evaluation }) => {
    const [first] = clips.list;
    const counts = words.map(() => words.map(() => 0));
    clips.list.forEach((_, index) => {
      const logits = evaluation.logits.subarray(index * words.length, (index + 1) * words.length);
      const row = counts[clips.labels[index] ?? 0] ?? [];
      const predicted = indexOfLargest(logits);
      row[predicted] = (row[predicted] ?? 0) + 1;
    });
    return counts.map((row, index) => [first?.split, words[index], ...row.map(String)]);
  });
  return [['split', 'word', ...words], ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');
}

/** RFC 4180. */
function quoted(field: string | undefined): string {
  return /[",\r\n]/.test(field ?? '') ? `"${(field ?? '').replaceAll('"', '""')}"` : (field ?? '');
}

const bytesOf = (numbers: Float32Array): Buffer =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
