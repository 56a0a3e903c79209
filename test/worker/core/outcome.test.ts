import { describe, expect, it } from 'vitest';
import type { DiskSeen } from '../../../src/model/result/disk-use.ts';
import { decideOutcome, type Remains } from '../../../src/worker/core/outcome.ts';

const objective = { metric: 'val_accuracy', goal: 'maximize', at: 'final', selectOnTest: false } as const;
const ended: Remains = {
  stopped: null,
  exit: 0,
  sameBoot: true,
  misplaced: null,
  overlong: null,
  hint: null,
  oomKillRose: false,
  oomKillIsIts: false,
  diskFull: false,
  disk: null,
  logTail: '',
  objective,
  best: { val_accuracy: 0.9 },
  final: { val_accuracy: 0.8 },
  result: null,
  unread: null,
  denied: null,
};

const gib = 2 ** 30;
const diskSeen = (more: Partial<DiskSeen>): DiskSeen => ({
  wroteBytes: 3 * gib,
  beganBytes: 4 * gib,
  leftBytes: 0,
  heldBytes: 0,
  ...more,
});

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
    'exit 1 while the kernel killed what can only have been its own process, in whatever words',
    { exit: 1, oomKillRose: true, oomKillIsIts: true, logTail: 'child 4242 went away, giving up' },
    { kind: 'oom', message: 'the kernel killed one of its processes for want of memory' },
  ],
  [
    'exit 1 while nothing was killed where that would have been its own',
    { exit: 1, oomKillIsIts: true },
    { kind: 'failed', reason: 'exit' },
  ],
  ...[
    'RuntimeError: DataLoader worker (pid 4242) is killed by signal: Killed. ',
    '  exitcode  : -9 (pid: 4242)\n  error_file: <N/A>\n  traceback : Signal 9 (SIGKILL) received by PID 4242\n===',
    "subprocess.CalledProcessError: Command '['python']' died with <Signals.SIGKILL: 9>.",
    'concurrent.futures.process.BrokenProcessPool: A process in the process pool was terminated abruptly',
  ].map((logTail): [string, Partial<Remains>, object] => [
    `a process of its own that the kernel killed: ${logTail.trim().slice(0, 40)}`,
    { exit: 1, oomKillRose: true, logTail },
    { kind: 'oom', message: 'the kernel killed it for want of memory' },
  ]),
  [
    'a process of its own that somebody killed',
    { exit: 1, logTail: 'RuntimeError: DataLoader worker (pid 4242) is killed by signal: Killed. ' },
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
  [
    'words for a full disk',
    {
      exit: 1,
      logTail: 'Traceback (most recent call last):\n  x\nOSError: [Errno 28] No space left on device\n',
    },
    { kind: 'no-space', message: 'it said "[Errno 28] No space left on device"' },
  ],
  [
    'words for a quota that is used up',
    { exit: 1, logTail: 'cp: error writing model.pt: Disk quota exceeded\n' },
    { kind: 'no-space' },
  ],
  [
    'words for a full disk of one that went on, and failed for another reason',
    { exit: 1, logTail: 'cache: No space left on device, going on without\nloss 3\nAssertionError\n' },
    { kind: 'failed' },
  ],
  ...[
    "cp: error writing '/mnt/x1': No space left on device\nsomething else went on\n",
    'dd: No space left on device\n0+0 records out\ncleanup line 1 …\ncleanup line 2 …\n',
    'tar: /mnt/a.tar: Wrote only 4096 of 10240 bytes\ntar: Error is not recoverable: exiting now\n',
    'bash: Auf dem Gerät ist kein Speicherplatz mehr verfügbar\n',
    'cp: No space left on device\nmake: *** [Makefile:2: train] Error 1\n',
  ].map((logTail): [string, Partial<Remains>, object] => [
    `words for a full disk: ${logTail}`,
    { exit: 1, logTail },
    { kind: 'no-space' },
  ]),
  ...[
    'cache: No space left on device, going on without\nloss 3\n',
    'warning: No space left on device for the cache\nloss 3\n',
    'log: No space left on device\nepoch 3: loss 0.4\n',
    "log: No space left on device\nTraceback (most recent call last):\n  x\nKeyError: 'foo'\n",
    'log: No space left on device\ncurl: (22) The requested URL failed\n',
  ].map((logTail): [string, Partial<Remains>, object] => [
    `words of one that went on: ${logTail}`,
    { exit: 1, logTail },
    { kind: 'failed' },
  ]),
  ['a failure without a word while the disk was full', { exit: 1, diskFull: true }, { kind: 'no-space' }],
  [
    'a failure on a full disk, with what it wrote there',
    { exit: 1, diskFull: true, disk: diskSeen({}) },
    {
      kind: 'no-space',
      message:
        'the disk was full: it had written 3 GiB, and 4 GiB were free when it began; ended with exit code 1',
    },
  ],
  [
    'a failure on a disk that is full of what earlier trials have left',
    { exit: 1, diskFull: true, disk: diskSeen({ wroteBytes: 4 * gib, heldBytes: 16 * gib }) },
    {
      kind: 'no-space',
      message:
        'the disk was full: it had written 4 GiB, and 4 GiB were free when it began; other trials have 16 GiB there: `labsweep hosts clean` removes what ended ones have left; ended with exit code 1',
    },
  ],
  [
    'words for a full disk while labsweep’s own has room',
    {
      exit: 1,
      logTail:
        'dd: No space left on device\n2+0 records in\n1+0 records out\n1048576 bytes (1.0 MB, 1.0 MiB) copied, 0.001 s, 1.0 GB/s\n',
      disk: diskSeen({ wroteBytes: 2 ** 15, leftBytes: 4 * gib }),
    },
    {
      kind: 'no-space',
      message:
        "it said \"No space left on device\": labsweep's own disk there has room (4 GiB are free), so it is another one of the host's that the program writes to (see the program's log)",
    },
  ],
  [
    'words for a quota while labsweep’s disk has room',
    { exit: 1, logTail: 'cp: Disk quota exceeded\n', disk: diskSeen({ leftBytes: 4 * gib }) },
    { kind: 'no-space', message: expect.stringContaining('so it is a quota that is used up') },
  ],
  ['nothing reported while the disk was full', { ...none, diskFull: true }, { kind: 'no-space' }],
  ['a result while the disk was full', { diskFull: true }, { kind: 'succeeded' }],
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
      result: { val_accuracy: 'NaN' },
      objective: { ...objective, at: 'best' },
    },
    { kind: 'diverged', message: 'val_accuracy is finite in no line, and NaN in the last that has it' },
  ],
  [
    'NaN before a result without the objective, where the last line counts',
    { best: null, final: { test_loss: 1 }, result: { val_accuracy: 'NaN' } },
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

const trace = (...messages: string[]): string =>
  messages
    .map((text) => `Traceback (most recent call last):\n  File "t.py", line 3, in f\n    g()\n${text}\n`)
    .join('');

/** Words by which a program ended for want of memory, and the same words where they did not end it. */
const memory: readonly [string, string, 'oom' | 'failed'][] = [
  ['PyTorch', trace('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB'), 'oom'],
  ['PyTorch, older', trace('RuntimeError: CUDA error: out of memory\nCUDA kernel errors might be'), 'oom'],
  [
    'cuBLAS',
    trace('RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`'),
    'oom',
  ],
  [
    'JAX',
    trace('jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes.'),
    'oom',
  ],
  [
    'PyTorch on a CPU',
    trace(
      "RuntimeError: [enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: can't allocate memory",
    ),
    'oom',
  ],
  ['the system', trace('OSError: [Errno 12] Cannot allocate memory'), 'oom'],
  ['NumPy', trace('numpy._core._exceptions._ArrayMemoryError: Unable to allocate 8.00 GiB'), 'oom'],
  [
    'a program in C++',
    "terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc\nAborted\n",
    'oom',
  ],
  ['Rust', 'memory allocation of 8589934592 bytes failed\nAborted (core dumped)\n', 'oom'],
  [
    'Julia on a GPU',
    'ERROR: LoadError: Out of GPU memory trying to allocate 8 GiB\nEffective GPU memory usage: 90%\nStacktrace:\n [1] f\n',
    'oom',
  ],
  ['PyTorch without a GPU', trace('RuntimeError: DefaultCPUAllocator: not enough memory: you tried'), 'oom'],
  ['a bar that ends after it', `${trace('MemoryError')}Epoch 1:   0%|      | 0/10 [00:01<?, ?it/s]\n`, 'oom'],
  [
    'an exception before one that is ignored',
    `${trace('MemoryError')}Exception ignored in: <function x>\n${trace('AttributeError: y')}`,
    'oom',
  ],
  [
    'an exception that was caught and logged',
    `${trace('torch.OutOfMemoryError: CUDA out of memory.')}retrying with batch 16\nepoch 1\nerror: no such file\n`,
    'failed',
  ],
  ['R', 'Error: cannot allocate vector of size 8.0 Gb\nExecution halted\n', 'oom'],
  [
    'an exception that it led to',
    `${trace('MemoryError')}\nThe above exception was the direct cause of the following exception:\n\n${trace('RuntimeError: step failed')}`,
    'oom',
  ],
  [
    'a process of torchrun',
    `${trace('torch.OutOfMemoryError: CUDA out of memory.')}${trace('torch.distributed.elastic.multiprocessing.errors.ChildFailedError: \n====\ntrain.py FAILED')}`,
    'oom',
  ],
  [
    'an exception with warnings behind it',
    `${trace('torch.OutOfMemoryError: CUDA out of memory.')}wandb: synced 5 files\n`,
    'oom',
  ],
  [
    'what was caught and said',
    'CUDA out of memory, trying batch size 16\nepoch 1\nusage: train.py [-h]\n',
    'failed',
  ],
  [
    'what was caught, before an exception',
    `MemoryError, trying less\n${trace('ValueError: no such layer')}`,
    'failed',
  ],
  [
    'what was being handled',
    `${trace('MemoryError')}\nDuring handling of the above exception, another exception occurred:\n\n${trace('KeyError: 1')}`,
    'failed',
  ],
  ['errno 120', trace('OSError: [Errno 120] Is a named type file'), 'failed'],
];

describe('words for no memory', () => {
  it.each(memory)('of %s', (_, logTail, kind) => {
    expect(decideOutcome({ ...ended, exit: 1, logTail }).kind).toBe(kind);
  });
});

/** What a person reads of a result that is none. */
const sentences: readonly [Partial<Remains>, string][] = [
  [
    { ...none, logTail: 'epoch 1\nval accuracy 0.9\n' },
    'ended without a result: it reported no line and printed no JSON with val_accuracy; the last line of its output is "val accuracy 0.9". If its output says val_accuracy in other words, name them: metrics: {stdout: [\'val_accuracy: {val_accuracy}\']}',
  ],
  [
    { best: null, final: { loss: 1 }, hint: 'it wrote no history.csv' },
    'its result has no val_accuracy, only loss; it wrote no history.csv',
  ],
  [{ final: { val_accuracy: '1,234.5' } }, 'val_accuracy is "1,234.5" in its result, not a number'],
  [
    { objective: { ...objective, at: 'best' }, unread: { val_accuracy: '0,91' } },
    'val_accuracy is "0,91" in one of its lines: that is not a number, so nobody knows whether it is the best',
  ],
  [{ overlong: 'its report has a longer line than is read' }, 'its report has a longer line than is read'],
];

describe('an end', () => {
  it.each(sentences)('of %j says so', (remains, message) => {
    expect(decideOutcome({ ...ended, ...remains })).toMatchObject({ kind: 'failed', message });
  });

  it.each(table)('of %s', (_, remains, outcome) => {
    expect(decideOutcome({ ...ended, ...remains })).toMatchObject(outcome);
  });

  it('that failed says its last words', () => {
    const outcome = decideOutcome({ ...ended, exit: 2, logTail: 'line 1\nTypeError: no such layer\n\n' });
    expect(outcome).toMatchObject({ message: 'ended with exit code 2: TypeError: no such layer' });
  });
});
