import type { Dataset } from '../dataset/read-dataset.ts';
import { crossEntropy } from '../engine/cross-entropy.ts';
import type { Network } from '../engine/engine.ts';
import { type Clips, loadBatch } from './clips.ts';

export interface Evaluation {
  readonly loss: number;
  /** In [0, 1]. */
  readonly accuracy: number;
  /** Clip after clip, class after class. */
  readonly logits: Float32Array;
}

/** Lets signals and streams have their turn between two steps, which are synchronous and long. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The network on all of these clips, or null where there are none, or once `isStopped` says so. */
export async function evaluate(
  network: Network,
  dataset: Dataset,
  clips: Clips,
  { batchSize, noise }: { readonly batchSize: number; readonly noise: number },
  isStopped: () => boolean,
): Promise<Evaluation | null> {
  const parts: Float32Array[] = [];
  for (let start = 0; start < clips.list.length; start += batchSize) {
    if (isStopped()) return null;
    const count = Math.min(batchSize, clips.list.length - start);
    const chosen = Uint32Array.from({ length: count }, (_, index) => start + index);
    parts.push(network.evaluate(loadBatch(dataset, clips, chosen, noise, null)));
    await breathe();
  }
  const count = clips.list.length;
  if (count === 0) return null;
  const logits = new Float32Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    logits.set(part, offset);
    offset += part.length;
  }
  const { loss, correct } = crossEntropy(logits, clips.labels, count);
  return { loss, accuracy: correct / count, logits };
}
