import { describe, expect, it } from 'vitest';
import { decideOutcome, type Remains } from '../../../src/worker/core/outcome.ts';

const objective = { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false } as const;
const ended: Remains = {
  stopped: null,
  exit: 0,
  sameBoot: true,
  misplaced: null,
  oomKillRose: false,
  logTail: '',
  objective,
  best: { val_accuracy: 0.9 },
  final: { val_accuracy: 0.8 },
  lines: [],
};

const none = { best: null, final: null };

const table: readonly [string, Partial<Remains>, object][] = [
  ['a result with the objective', {}, { kind: 'succeeded' }],
  [
    'exit 3, whatever it reported',
    { exit: 3 },
    { kind: 'failed', reason: 'exit', exitCode: 3, signal: null },
  ],
  ['exit 255 is no signal', { exit: 255 }, { kind: 'failed', reason: 'exit', exitCode: 255 }],
  [
    'a segmentation fault',
    { exit: 139 },
    { kind: 'failed', reason: 'signal', signal: 'SIGSEGV', exitCode: null },
  ],
  ['SIGKILL by somebody', { exit: 137 }, { kind: 'failed', reason: 'signal', signal: 'SIGKILL' }],
  ['SIGKILL while the kernel killed for memory', { exit: 137, oomKillRose: true }, { kind: 'oom' }],
  [
    'exit 1 while the kernel killed another',
    { exit: 1, oomKillRose: true },
    { kind: 'failed', reason: 'exit' },
  ],
  [
    'its own words for no memory',
    { exit: 1, logTail: 'a\ntorch.cuda.OutOfMemoryError: CUDA out of memory.\n' },
    { kind: 'oom' },
  ],
  [
    'our own words for no memory on WebAssembly',
    { exit: 1, logTail: 'step 3: Out of memory: WebAssembly has 4 GiB, and this network takes more\n' },
    { kind: 'oom' },
  ],
  ['Python’s words for no memory', { exit: 1, logTail: 'Traceback …\nMemoryError\n' }, { kind: 'oom' }],
  [
    'words for no memory of one that went on',
    { logTail: 'MemoryError, trying less\n' },
    { kind: 'succeeded' },
  ],
  ['no record in the same boot', { exit: null }, { kind: 'vanished' }],
  ['no record in another boot', { exit: null, sameBoot: false }, { kind: 'lost', reason: 'reboot' }],
  [
    'a timeout, though it then exited 0',
    { stopped: { kind: 'timeout', afterMs: 5 } },
    { kind: 'timeout', afterMs: 5 },
  ],
  ['a cancellation without a record', { stopped: { kind: 'cancelled' }, exit: null }, { kind: 'cancelled' }],
  ['a stall', { stopped: { kind: 'stalled', afterMs: 9 }, exit: 143 }, { kind: 'stalled', afterMs: 9 }],
  ['nothing reported', none, { kind: 'failed', reason: 'no-result' }],
  [
    'a result without the objective',
    { best: null, final: { loss: 1 } },
    { kind: 'failed', reason: 'bad-result', message: 'its result has no val_accuracy, only loss' },
  ],
  [
    'NaN',
    { best: null, final: { val_accuracy: 'NaN' } },
    { kind: 'diverged', message: 'val_accuracy is NaN in its result' },
  ],
  ['-Infinity', { best: null, final: { val_accuracy: '-Infinity' } }, { kind: 'diverged' }],
  ['NaN and exit 1', { exit: 1, best: null, final: { val_accuracy: 'NaN' } }, { kind: 'failed' }],
  [
    'NaN in each line and a result without the objective, where the best line counts',
    {
      best: null,
      final: { test_loss: 1 },
      lines: [{ val_accuracy: 'Infinity' }, { val_accuracy: 'NaN' }, { test_loss: 1 }],
      objective: { ...objective, at: 'best' },
    },
    { kind: 'diverged', message: 'val_accuracy is finite in no line, and NaN in the last that has it' },
  ],
  [
    'NaN before a result without the objective, where the last line counts',
    { best: null, final: { test_loss: 1 }, lines: [{ val_accuracy: 'NaN' }, { test_loss: 1 }] },
    { kind: 'failed', reason: 'bad-result' },
  ],
  ['a word', { best: null, final: { val_accuracy: 'good' } }, { kind: 'failed', reason: 'bad-result' }],
  ['NaN last, where the last line counts', { final: { val_accuracy: 'NaN' } }, { kind: 'diverged' }],
  [
    'NaN last, where the best line counts',
    { final: { val_accuracy: 'NaN' }, objective: { ...objective, at: 'best' } },
    { kind: 'succeeded' },
  ],
  [
    'no objective in any line, where the best counts',
    { best: null, final: { loss: 1 }, objective: { ...objective, at: 'best' } },
    { kind: 'failed', reason: 'bad-result' },
  ],
];

describe('an end', () => {
  it.each(table)('of %s', (_, remains, outcome) => {
    expect(decideOutcome({ ...ended, ...remains })).toMatchObject(outcome);
  });

  it('that failed says its last words', () => {
    const outcome = decideOutcome({ ...ended, exit: 2, logTail: 'line 1\nTypeError: no such layer\n\n' });
    expect(outcome).toMatchObject({ message: 'ended with exit code 2: TypeError: no such layer' });
  });
});
