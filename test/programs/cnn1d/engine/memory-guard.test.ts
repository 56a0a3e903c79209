import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src/programs/cnn1d/engine/engine-error.ts';
import { guardMemory, outOfTensorFlow } from '../../../../src/programs/cnn1d/engine/memory-guard.ts';
import { decideOutcome } from '../../../../src/worker/core/outcome.ts';

/** As tfjs-node passes on what libtensorflow says of a GPU that is full. */
const recorded =
  'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1,16000,256,128] and type float on ' +
  '/job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc';

describe('an engine that is out of memory', () => {
  it('says so in words by which the trial ends as out of memory, not as failed', () => {
    const network = (): never => {
      throw new Error(recorded);
    };
    expect(() => guardMemory(network, outOfTensorFlow)).toThrow(EngineError);
    expect(() => guardMemory(network, outOfTensorFlow)).toThrow(
      /^Out of memory: OOM when allocating tensor with shape\[1,16000,256,128\] .* GPU_0_bfc; lower batchSize\.$/,
    );
    const outcome = decideOutcome({
      stopped: null,
      exit: 1,
      sameBoot: true,
      misplaced: null,
      overlong: null,
      hint: null,
      oomKillRose: false,
      oomKillIsIts: false,
      diskFull: false,
      disk: null,
      logTail: `Trains on gpu.\n${outOfTensorFlow(new Error(recorded))}\n`,
      objective: { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false },
      best: null,
      final: null,
      result: null,
      unread: null,
      denied: null,
    });
    expect(outcome).toEqual({
      kind: 'oom',
      message: 'it said "Out of memory"',
    });
  });

  it('leaves any other error as it is', () => {
    const other = new Error('Invalid TF_Status: 3\nMessage: shapes differ');
    const network = (): never => {
      throw other;
    };
    expect(() => guardMemory(network, outOfTensorFlow)).toThrow(other);
  });
});
