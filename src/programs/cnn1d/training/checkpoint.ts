import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { NetworkState } from '../engine/engine.ts';
import { metricsLineSchema } from '../../../model/result/metrics.ts';

const randomState = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const progressSchema = z.object({
  /** From 0; the epoch that is under way. */
  epoch: z.number(),
  /** Batches of it that are done. */
  batch: z.number(),
  /** Sums over those batches. */
  seen: z.number(),
  lossSum: z.number(),
  correct: z.number(),
  /** As it was when the epoch began, so that its order can be drawn again. */
  shuffle: randomState,
  dropout: randomState,
  noise: randomState,
  /** Of training, by this and earlier attempts. */
  seconds: z.number(),
  history: z.array(metricsLineSchema),
  /** Index into history, or null. */
  best: z.number().nullable(),
});

/** Where a training stands, between two steps. */
export type Progress = z.infer<typeof progressSchema>;

export interface Checkpoint {
  readonly progress: Progress;
  readonly network: NetworkState;
  /** Null until the first epoch has been evaluated. */
  readonly best: Pick<NetworkState, 'parameters' | 'statistics'> | null;
}

const headerSchema = z.object({
  /** Of what the checkpoint belongs to: parameters, words, data set, seed. */
  trial: z.string(),
  sha256: z.string(),
  steps: z.number(),
  /** Lengths of the arrays that follow. */
  lengths: z.array(z.number()),
  progress: progressSchema,
});

/** One file in a folder, replaced at once: a line of JSON, then the arrays. */
export class CheckpointFile {
  readonly #folder: string;
  readonly #trial: string;

  /** @param trial names what is trained; a checkpoint of anything else is not taken. */
  constructor(folder: string, trial: string) {
    this.#folder = folder;
    this.#trial = trial;
    mkdirSync(folder, { recursive: true });
  }

  /** @throws where the disk does not take it all; the checkpoint before counts then */
  save({ progress, network, best }: Checkpoint): void {
    const arrays = [network.parameters, network.firstMoment, network.secondMoment, network.statistics];
    if (best !== null) arrays.push(best.parameters, best.statistics);
    const body = Buffer.concat(
      arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)),
    );
    const header: z.infer<typeof headerSchema> = {
      trial: this.#trial,
      sha256: createHash('sha256').update(body).digest('hex'),
      steps: network.steps,
      lengths: arrays.map((array) => array.length),
      progress,
    };
    const unfinished = `${this.#file()}.unfinished`;
    try {
      writeDurably(unfinished, [`${JSON.stringify(header)}\n`, body]);
      renameSync(unfinished, this.#file());
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  }

  /** Null where there is none, or none that is whole and of this trial: then the training begins anew. */
  load(): Checkpoint | null {
    const bytes = readIfThere(this.#file());
    const line = bytes?.indexOf('\n') ?? -1;
    if (bytes === null || line < 0) return null;
    const header = headerSchema.safeParse(parseJson(bytes.subarray(0, line).toString('utf8')));
    const body = bytes.subarray(line + 1);
    if (!header.success || header.data.trial !== this.#trial) return null;
    if (createHash('sha256').update(body).digest('hex') !== header.data.sha256) return null;
    const [parameters, firstMoment, secondMoment, statistics, ...best] = cut(body, header.data.lengths);
    if (!parameters || !firstMoment || !secondMoment || !statistics) return null;
    const [bestParameters, bestStatistics] = best;
    return {
      progress: header.data.progress,
      network: { steps: header.data.steps, parameters, firstMoment, secondMoment, statistics },
      best:
        bestParameters && bestStatistics ? { parameters: bestParameters, statistics: bestStatistics } : null,
    };
  }

  #file(): string {
    return join(this.#folder, 'checkpoint.bin');
  }
}

function writeDurably(path: string, parts: readonly (string | Buffer)[]): void {
  const file = openSync(path, 'w');
  try {
    // Unlike writeSync, which may write a part where the disk is full and only says so, it writes all or throws.
    for (const part of parts) writeFileSync(file, part);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function cut(body: Buffer, lengths: readonly number[]): Float32Array[] {
  // Copied, since a view of floats has to start at a multiple of 4.
  const whole = new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  let offset = 0;
  return lengths.map((length) => whole.slice(offset, (offset += length)));
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
