/** `checkpoint-writer.ts FOLDER FLOATS`: writes checkpoint after checkpoint, all numbers of the n-th being n, until it is ended. */
import process from 'node:process';
import { CheckpointFile } from '../../../../src/programs/cnn1d/training/checkpoint.ts';

const [folder = '', floats] = process.argv.slice(2);
const checkpoints = new CheckpointFile(folder, 'this one');
const before = checkpoints.load()?.progress.epoch ?? 0;
for (let epoch = before + 1; ; epoch += 1) {
  const numbers = new Float32Array(Number(floats)).fill(epoch);
  const stream: [number, number, number, number] = [epoch, epoch, epoch, epoch];
  checkpoints.save({
    progress: {
      epoch,
      batch: 0,
      seen: 0,
      lossSum: 0,
      correct: 0,
      shuffle: stream,
      dropout: stream,
      noise: stream,
      seconds: 0,
      history: [],
      best: null,
    },
    network: {
      steps: epoch,
      parameters: numbers,
      firstMoment: numbers,
      secondMoment: numbers,
      statistics: numbers,
    },
    best: null,
  });
  process.stdout.write(`${epoch}\n`);
}
