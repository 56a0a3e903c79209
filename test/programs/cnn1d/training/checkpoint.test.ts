import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, CheckpointFile } from '../../../../src/programs/cnn1d/training/checkpoint.ts';
import { temporaryFolder } from '../dataset/speech-folder.ts';

const floats = 2 ** 21;
const bytes = 4 * 4 * floats;

describe('a checkpoint', () => {
  it('counts as it was before while the next is written, whenever kill -9 comes', async () => {
    const folder = await temporaryFolder();
    let before = 0;
    // A kill may come too late, when all has been written.
    for (let torn = 0, kills = 0; torn < 2 || kills < 4; kills += 1) {
      expect(kills).toBeLessThan(30);
      const writer = await begun(folder, before);
      const left = await killedAt(
        writer,
        join(folder, 'checkpoint.bin.unfinished'),
        (bytes * (kills % 4)) / 5,
      );
      if (left > 0 && left < bytes) torn += 1;
      const { progress, network } = whole(folder);
      expect(progress.epoch).toBeGreaterThan(before);
      const { parameters, firstMoment, secondMoment, statistics } = network;
      for (const numbers of [parameters, firstMoment, secondMoment, statistics])
        expect(numbers.every((number) => number === progress.epoch)).toBe(true);
      before = progress.epoch;
    }
  });

  it('counts as it was before where the disk takes no more of the next', async () => {
    const folder = await temporaryFolder();
    new CheckpointFile(folder, 'this one').save(small);
    // The limit of a file's size is met as a full disk is: what fits is written, and then nothing.
    const program = join(import.meta.dirname, 'checkpoint-writer.ts');
    const script = `ulimit -f ${Math.floor(bytes / 2 / 512)}; exec "$@"`;
    const command = [process.execPath, program, folder, String(floats)];
    const writer = spawn('sh', ['-c', script, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    writer.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = await once(writer, 'close');
    expect(code).not.toBe(0);
    expect(said).toContain('EFBIG');
    expect(whole(folder).progress).toEqual(small.progress);
    expect(existsSync(join(folder, 'checkpoint.bin.unfinished'))).toBe(false);
  });

  it('is not taken by another trial, nor when it is damaged', async () => {
    const folder = await temporaryFolder();
    new CheckpointFile(folder, 'this one').save(small);
    expect(whole(folder)).toEqual(small);
    expect(new CheckpointFile(folder, 'another').load()).toBeNull();
    const file = `${folder}/checkpoint.bin`;
    const sound = await readFile(file);
    const flipped = Buffer.from(sound);
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    for (const damaged of [flipped, sound.subarray(0, -1), sound.subarray(0, 100), Buffer.alloc(0)]) {
      await writeFile(file, damaged);
      expect(new CheckpointFile(folder, 'this one').load()).toBeNull();
    }
    expect(new CheckpointFile(await temporaryFolder(), 'this one').load()).toBeNull();
  });
});

const small: Checkpoint = {
  progress: {
    epoch: 3,
    batch: 1,
    seen: 8,
    lossSum: 1.5,
    correct: 2,
    shuffle: [1, 2, 3, 4],
    dropout: [5, 6, 7, 8],
    noise: [9, 10, 11, 12],
    seconds: 2,
    history: [{ step: 1, val_accuracy: 0.5 }],
    best: 0,
  },
  network: {
    steps: 7,
    parameters: Float32Array.of(1, 2),
    firstMoment: Float32Array.of(3, 4),
    secondMoment: Float32Array.of(5, 6),
    statistics: Float32Array.of(),
  },
  best: { parameters: Float32Array.of(7, 8), statistics: Float32Array.of() },
};

/** A program that writes checkpoints; once it has written one behind the `before`-th. */
async function begun(folder: string, before: number): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'checkpoint-writer.ts');
  const writer = spawn(process.execPath, [program, folder, String(floats)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(writer.stdout, 'data')) as [Buffer];
  expect(Number.parseInt(said.toString(), 10)).toBe(before + 1);
  return writer;
}

/** Kills the program once the file has grown past `size`. @returns how large it had become */
async function killedAt(writer: ChildProcess, file: string, size: number): Promise<number> {
  for (;;) {
    const now = sizeOf(file);
    if (now > size && now < bytes) break;
    await turn();
  }
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  return sizeOf(file);
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function whole(folder: string): Checkpoint {
  const found = new CheckpointFile(folder, 'this one').load();
  if (found === null) throw new Error('no checkpoint');
  return found;
}
