import { describe, expect, it } from 'vitest';
import { tone, writeFolder } from '../programs/cnn1d/dataset/speech-folder.ts';
import { callsOf, straceIsHere, temporaryFolder } from './system-calls.ts';

describe.runIf(straceIsHere())(
  'P1 what cnn1d keeps is on the disk before it has its name (needs strace)',
  () => {
    it('a checkpoint', async () => {
      const folder = temporaryFolder();
      const calls = await callsOf(
        `import { CheckpointFile } from 'src/programs/cnn1d/training/checkpoint.ts';
       const stream = [1, 2, 3, 4];
       const numbers = new Float32Array(1_000).fill(1);
       new CheckpointFile(args[0], 'this one').save({
         progress: {
           epoch: 1, batch: 0, seen: 0, lossSum: 0, correct: 0, shuffle: stream, dropout: stream, noise: stream,
           seconds: 0, history: [], best: null,
         },
         network: {
           steps: 1, parameters: numbers, firstMoment: numbers, secondMoment: numbers, statistics: numbers,
         },
         best: null,
       });`,
        [folder],
      );
      const path = `${folder}/checkpoint.bin`;
      const [after, before] = [calls.first('write', '"trial":"this one"'), calls.renamedTo(path)];
      expect(calls.isSynced(`${path}.unfinished`, { after, before })).toBe(true);
    });

    it('each file of a data set', async () => {
      const [source, into] = [temporaryFolder(), temporaryFolder()];
      await writeFolder(source, { 'yes/a.wav': tone(440), 'no/b.wav': tone(880) });
      const calls = await callsOf(
        `import { importDataset } from 'src/programs/cnn1d/dataset/import-dataset.ts';
       const { hash } = await importDataset({ source: args[0], into: args[1] });
       says('it is ' + hash);`,
        [source, into],
      );
      const before = calls.first('rename', `"${into}/.unfinished-`);
      expect(before).toBeLessThan(calls.said('it is '));
      for (const name of ['clips', 'manifest', 'index'])
        expect(calls.isSynced(new RegExp(`/\\.unfinished-[^/]*/[^/]*${name}`), { before }), name).toBe(true);
    });
  },
);
