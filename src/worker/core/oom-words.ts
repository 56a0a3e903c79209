/**
 * The words with which a program ended for want of memory. Only where they ended it: what was caught and said, and gone on
 * after, says nothing of the end.
 */
import { linesOf, withoutColours } from '../../model/printed/printed-lines.ts';

/** PyTorch, TensorFlow, JAX, ONNX, CUDA, ROCm, NumPy, Python, C++, Rust, R, Julia, Java, Node, and our own on WebAssembly. */
const words = new RegExp(
  [
    '(?:(?:CUDA|HIP|MPS backend|XPU)(?: error:)? )?[Oo]ut of (?:GPU |device |host )?memory',
    'DefaultCPUAllocator: not enough memory',
    'Failed to allocate memory for requested buffer',
    String.raw`memory allocation of \d+ bytes failed`,
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
  ].join('|'),
);

/** The words that ended it; null where there are none. */
export const oomWords = (logTail: string): string | null => words.exec(lastErrorText(logTail))?.[0] ?? null;

/** The lines of a log that say why its program ended. */
export const lastErrorText = (logTail: string): string =>
  lastErrorOf(linesOf(withoutColours(logTail))).join('\n');

const traceback = /^\s*(?:\[[^\]]*\]:? ?)?(?:Traceback \(most recent call last\)|Current thread)/;
const isCause = /^The above exception was the direct cause of the following exception/;
/** Python says so of what fails while it ends, for a reason of its own. */
const whileEnding = /^Exception ignored in/;
/** What starts other processes says of itself that one of them has failed. */
const ofAnother =
  /\b(?:ChildFailedError|CalledProcessError|ProcessExitedException|BrokenProcessPool|Error executing job)\b/;
/** Of an exception's message: PyTorch and JAX go on in further lines. */
const linesOfMessage = 4;
/** Said behind an exception, it was caught: an epoch, a step, a smaller batch. Of bars and summaries that are drawn at the end, it says nothing. */
export const wentOn =
  /^(?!\s|wandb:)(?!.*%\|).*\b(?:re-?try(?:ing)?|trying|skip(?:ped|ping)|falling back|reduc(?:ed|ing)|halv(?:ed|ing)|continu(?:ed|ing)|epoch|step|iter(?:ation)?)\b/i;

/** The lines that say why it ended: of the last Python exception, with those that it came from; else the last words of all. */
function lastErrorOf(lines: readonly string[]): readonly string[] {
  const at = lastIndexOf(lines, (line) => traceback.test(line));
  if (at < 0) return lastWords(lines);
  const message = messageFrom(lines, at + 1);
  if (message.slice(1).some((line) => wentOn.test(line))) return lastWords(lines);
  return withCauses(lines.slice(0, at), message.slice(0, linesOfMessage));
}

function withCauses(before: readonly string[], message: readonly string[]): readonly string[] {
  if (whileEnding.test(before.at(-1) ?? '') && before.some((line) => traceback.test(line)))
    return lastErrorOf(before.slice(0, -1));
  const goesBack = isCause.test(before.at(-1) ?? '') || ofAnother.test(message.join('\n'));
  return goesBack
    ? [...lastErrorOf(isCause.test(before.at(-1) ?? '') ? before.slice(0, -1) : before), ...message]
    : message;
}

/** The exception and all that follows. Frames are set in; the exception behind them is not. */
function messageFrom(lines: readonly string[], from: number): readonly string[] {
  const first = lines.findIndex((line, index) => index >= from && !/^(?:\[[^\]]*\]:?)?\s/.test(line));
  return first < 0 ? [] : lines.slice(first);
}

/** What a runtime prints behind the words: frames, what a shell says of a signal, the state of a heap, what dd has copied. */
const aftermath =
  /^\s|^(?:Aborted|Killed|Execution halted|Stack ?trace|terminate called|Fatal error|FATAL ERROR|Effective GPU memory|Memory pool usage|-{3,}|={3,}|#?\d+:? |in expression|\d+\+\d+ records |\d+ bytes (?:\(|transferred|copied))/i;

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
