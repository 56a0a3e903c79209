/**
 * The words with which a program ended for want of memory. Only where they ended it: what was caught and said, and gone on
 * after, says nothing of the end.
 */
import { linesOf, withoutColours } from '../../model/printed-lines.ts';

/** PyTorch, TensorFlow, JAX, CUDA, ROCm, NumPy, Python, C++, R, Java, Node, and our own on WebAssembly. */
const words = new RegExp(
  [
    '(?:CUDA|HIP|MPS backend) out of memory',
    '(?:CUDA|HIP) error: out of memory',
    'OutOfMemoryError',
    'CUDA_ERROR_OUT_OF_MEMORY',
    'cudaErrorMemoryAllocation',
    'hipErrorOutOfMemory',
    'CU(?:BLAS|DNN)_STATUS_ALLOC_FAILED',
    'OOM when allocating',
    'ResourceExhaustedError',
    'RESOURCE_EXHAUSTED',
    String.raw`\b_?(?:Array)?MemoryError\b`,
    'std::bad_alloc',
    "[Cc]an(?:'t|not) allocate (?:memory|vector of size)",
    String.raw`\b[Ee]rrno[ :=]*12\b`,
    String.raw`\bENOMEM\b`,
    'JavaScript heap out of memory',
    'Out of memory: WebAssembly',
  ].join('|'),
);

/** The words that ended it; null where there are none. */
export function oomWords(logTail: string): string | null {
  const lines = linesOf(withoutColours(logTail));
  return words.exec(lastErrorOf(lines).join('\n'))?.[0] ?? null;
}

const traceback = /^\s*(?:\[[^\]]*\]:? ?)?(?:Traceback \(most recent call last\)|Current thread)/;
const isCause = /^The above exception was the direct cause of the following exception/;
/** What starts other processes says of itself that one of them has failed. */
const ofAnother =
  /\b(?:ChildFailedError|CalledProcessError|ProcessExitedException|BrokenProcessPool|Error executing job)\b/;
/** Of an exception's message: PyTorch and JAX go on in further lines. */
const linesOfMessage = 3;

/** The lines that say why it ended: of the last Python exception, with those that it came from; else the last words of all. */
function lastErrorOf(lines: readonly string[]): readonly string[] {
  const at = lastIndexOf(lines, (line) => traceback.test(line));
  if (at < 0) return lastWords(lines);
  const message = messageFrom(lines, at + 1);
  const before = lines.slice(0, at);
  const goesBack = isCause.test(before.at(-1) ?? '') || ofAnother.test(message.join('\n'));
  return goesBack
    ? [...lastErrorOf(isCause.test(before.at(-1) ?? '') ? before.slice(0, -1) : before), ...message]
    : message;
}

/** Frames are set in; the exception behind them is not. */
function messageFrom(lines: readonly string[], from: number): readonly string[] {
  const first = lines.findIndex((line, index) => index >= from && !/^(?:\[[^\]]*\]:?)?\s/.test(line));
  return first < 0 ? [] : lines.slice(first, first + linesOfMessage);
}

/** What a runtime prints behind the words: frames, what a shell says of a signal, the state of a heap. */
const aftermath =
  /^\s|^(?:Aborted|Killed|Execution halted|Stack ?trace|terminate called|Fatal error|FATAL ERROR|-{3,}|={3,}|#?\d+:? |in expression)/i;

function lastWords(lines: readonly string[]): readonly string[] {
  const at = lastIndexOf(lines, (line) => !aftermath.test(line));
  return lines.slice(Math.max(0, at));
}

/** As `findLastIndex`, which hosts with Node 16 do not have. */
function lastIndexOf(lines: readonly string[], fits: (line: string) => boolean): number {
  let at = lines.length - 1;
  while (at >= 0 && !fits(lines[at] ?? '')) at -= 1;
  return at;
}
