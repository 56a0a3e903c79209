/** What an attempt's end is called, from what it left. Pure, and one table: the order is the order of certainty. */
import { isNotFinite, type MetricsLine, metricOf, type Objective } from '../../model/metrics.ts';
import type { Outcome } from '../../model/outcome.ts';
import { describeSignal, signalOf } from './signals.ts';
import type { StopReason } from './state.ts';
import { own } from '../../model/own.ts';

export interface Remains {
  /** Why the agent ended it; null where it did not. */
  readonly stopped: StopReason | null;
  /** The status that the wrapper recorded; null where there is none. */
  readonly exit: number | null;
  readonly sameBoot: boolean;
  /** What lies where a file of the trial should, in a sentence; null where all are files. */
  readonly misplaced: string | null;
  /** The kernel killed a process for want of memory while it ran. */
  readonly oomKillRose: boolean;
  readonly logTail: string;
  readonly objective: Objective;
  /** The line of the best objective, and the result line. */
  readonly best: MetricsLine | null;
  readonly final: MetricsLine | null;
  /** Those that are kept, in order. */
  readonly lines: readonly MetricsLine[];
}

export function decideOutcome(remains: Remains): Outcome {
  const { stopped, exit, misplaced } = remains;
  if (stopped !== null) return stopped;
  if (exit === null && misplaced !== null)
    return failed('no-result', `nobody knows its exit code: ${misplaced}`, { exitCode: null, signal: null });
  if (exit === null) return remains.sameBoot ? { kind: 'vanished' } : { kind: 'lost', reason: 'reboot' };
  if (exit !== 0) return outcomeOfExit(exit, remains);
  return outcomeOfResult(remains);
}

/** What programs say when memory was refused to them (PyTorch, TensorFlow, Python, C++, our own on WebAssembly). */
const wordsOfOom =
  /CUDA out of memory|OutOfMemoryError|OOM when allocating|ResourceExhaustedError|^MemoryError|std::bad_alloc|Out of memory: WebAssembly/m;

function outcomeOfExit(exit: number, { oomKillRose, logTail }: Remains): Outcome {
  const signal = signalOf(exit);
  if (signal === 'SIGKILL' && oomKillRose)
    return { kind: 'oom', message: 'the kernel killed it for want of memory' };
  const words = wordsOfOom.exec(logTail)?.[0];
  if (words !== undefined) return { kind: 'oom', message: `it ran out of memory and said "${words}"` };
  const last = lastWords(logTail);
  if (signal !== null)
    return failed('signal', `ended by ${describeSignal(signal)}${last}`, { exitCode: null, signal });
  return failed('exit', `ended with exit code ${exit}${last}`, { exitCode: exit, signal: null });
}

/** Success is judged by the objective: by any line where the best one counts, else by the result line. */
function outcomeOfResult({ objective, best, final, lines, misplaced }: Remains): Outcome {
  const { metric, at } = objective;
  const judged = at === 'best' && best !== null ? best : final;
  if (metricOf(judged, metric) !== null) return { kind: 'succeeded' };
  if (final === null)
    return failed(
      'no-result',
      `ended without a result: ${misplaced ?? `it reported no line and printed no JSON with ${metric}`}`,
    );
  const value = own(final, metric);
  if (isNotFinite(value)) return { kind: 'diverged', message: `${metric} is ${String(value)} in its result` };
  const last = at === 'best' ? lines.findLast((line) => isNotFinite(own(line, metric))) : undefined;
  if (last !== undefined)
    return {
      kind: 'diverged',
      message: `${metric} is finite in no line, and ${String(own(last, metric))} in the last that has it`,
    };
  if (value === undefined) return failed('bad-result', `its result has no ${metric}, only ${namesOf(final)}`);
  return failed('bad-result', `${metric} is ${JSON.stringify(value)} in its result, not a number`);
}

const namesOf = (line: MetricsLine): string => {
  const names = Object.keys(line).filter((name) => name !== 'final');
  return names.length === 0 ? 'nothing' : names.join(', ');
};

function lastWords(logTail: string): string {
  const last = logTail.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return last === '' ? '' : `: ${last.slice(0, 200)}`;
}

const failed = (
  reason: Extract<Outcome, { kind: 'failed' }>['reason'],
  message: string,
  status: { exitCode: number | null; signal: string | null } = { exitCode: 0, signal: null },
): Outcome => ({ kind: 'failed', reason, ...status, message });
