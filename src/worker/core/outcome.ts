/** What an attempt's end is called, from what it left. Pure, and one table: the order is the order of certainty. */
import { isNotFinite, type MetricsLine, metricOf, type Objective } from '../../model/result/metrics.ts';
import { type DiskSeen, diskSeenText, isOwnDisk, otherDiskText } from '../../model/result/disk-use.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import type { StopReason } from './held-attempt.ts';
import { oomWords } from './oom-words.ts';
import { isOfQuota, spaceWords } from './space-words.ts';
import { mayBeBetter } from './roles.ts';
import { describeSignal, signalOf } from './signals.ts';
import { own } from '../../model/own.ts';
import { lastLineOf } from '../../model/printed/printed-lines.ts';

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
  /** And that can have been none but a process of this attempt, whatever it says of it. */
  readonly oomKillIsIts: boolean;
  /** Nothing was left of the disk that its folder is on when it ended. */
  readonly diskFull: boolean;
  /** As of `Evidence`. */
  readonly disk: DiskSeen | null;
  readonly logTail: string;
  readonly objective: Objective;
  /** Lines of the trial by their roles (roles.ts); `final` is the result line. */
  readonly best: MetricsLine | null;
  readonly final: MetricsLine | null;
  /** The last line that has the objective, finite or not. */
  readonly result: MetricsLine | null;
  readonly unread: MetricsLine | null;
  readonly denied: MetricsLine | null;
  /** As of `Evidence` (event.ts). */
  readonly overlong: string | null;
  readonly hint: string | null;
}

export function decideOutcome(remains: Remains): Outcome {
  const { stopped, exit, misplaced } = remains;
  if (stopped !== null) return stopped;
  if (exit === null && misplaced !== null)
    return failed('no-result', `nobody knows its exit code: ${misplaced}`, { exitCode: null, signal: null });
  if (exit === null) return remains.sameBoot ? { kind: 'vanished' } : { kind: 'lost', reason: 'reboot' };
  const outcome = exit !== 0 ? outcomeOfExit(exit, remains) : outcomeOfResult(remains);
  return outcome.kind === 'failed' ? withoutSpace(outcome, remains) : outcome;
}

/** Whatever a program says: on a full disk the next one fails as well. */
function withoutSpace(
  outcome: Extract<Outcome, { kind: 'failed' }>,
  { diskFull, disk, logTail }: Remains,
): Outcome {
  if (diskFull) {
    const seen = disk === null ? '' : `: ${diskSeenText(disk)}`;
    return { kind: 'no-space', message: `the disk was full${seen}; ${outcome.message}` };
  }
  const words = spaceWords(logTail);
  if (words === null) return outcome;
  const seen = disk === null ? '' : `: ${saidSpaceText(disk, words)}`;
  return { kind: 'no-space', message: `it said "${words}"${seen}` };
}

const saidSpaceText = (disk: DiskSeen, words: string): string =>
  isOwnDisk(disk) ? diskSeenText(disk) : otherDiskText(disk, isOfQuota(words));

/** What programs say of a process of theirs that was killed: PyTorch's loaders and launcher, Python's subprocesses and pools. */
const childKilled =
  /killed by signal: Killed|\bSIGKILL\b|[Ss]ignal 9\b|exitcode *: *-9\b|process pool was terminated abruptly/;

function outcomeOfExit(exit: number, { oomKillRose, oomKillIsIts, logTail }: Remains): Outcome {
  const signal = signalOf(exit);
  if (oomKillRose && (signal === 'SIGKILL' || childKilled.test(logTail)))
    return { kind: 'oom', message: 'the kernel killed it for want of memory' };
  if (oomKillRose && oomKillIsIts)
    return { kind: 'oom', message: 'the kernel killed one of its processes for want of memory' };
  const words = oomWords(logTail);
  if (words !== null) return { kind: 'oom', message: `it said "${words}"` };
  const last = lastWords(logTail);
  if (signal !== null)
    return failed('signal', `ended by ${describeSignal(signal)}${last}`, { exitCode: null, signal });
  return failed('exit', `ended with exit code ${exit}${last}`, { exitCode: exit, signal: null });
}

/** Success is judged by the objective: by the best line where that counts, else by the result line. */
function outcomeOfResult(remains: Remains): Outcome {
  const { objective, best, final, result, unread, overlong } = remains;
  const { metric, at } = objective;
  // It may have been the result, and an earlier line is not.
  if (overlong !== null) return failed('bad-result', overlong);
  const judged = judgedLine(remains);
  if (metricOf(judged, metric) !== null) return { kind: 'succeeded' };
  if (final === null || judged === null) return failed('no-result', noResult(remains));
  const value = own(judged, metric);
  if (isNotFinite(value)) return { kind: 'diverged', message: `${metric} is ${String(value)} in its result` };
  const last = own(result ?? {}, metric);
  if (at === 'best' && best === null && unread === null && isNotFinite(last))
    return {
      kind: 'diverged',
      message: `${metric} is finite in no line, and ${String(last)} in the last that has it`,
    };
  if (value === undefined)
    return failed('bad-result', `its result has no ${metric}, only ${namesOf(final)}${whereElse(remains)}`);
  return failed('bad-result', notANumber(metric, value, at === 'best' && best !== null));
}

/** The line in which the objective has to stand. */
function judgedLine({ objective, best, final, unread, denied }: Remains): MetricsLine | null {
  if (objective.at === 'final') return denied !== null && final?.['final'] !== true ? denied : final;
  return unread !== null && mayBeBetter(unread, best, objective) ? unread : (best ?? denied ?? final);
}

function noResult(remains: Remains): string {
  const { misplaced, objective } = remains;
  const nothing = misplaced ?? `it reported no line and printed no JSON with ${objective.metric}`;
  return `ended without a result: ${nothing}${misplaced === null ? whereElse(remains) : ''}`;
}

/** What a person can do whose program says its result in other words. */
function whereElse({ hint, logTail, objective }: Remains): string {
  if (hint !== null) return `; ${hint}`;
  const last = lastLineOf(logTail).slice(0, mostQuoted);
  const name = objective.metric;
  return last === ''
    ? ''
    : `; the last line of its output is "${last}". If its output says ${name} in other words, name them: ` +
        `metrics: {stdout: ['${name}: {${name}}']}`;
}

const notANumber = (metric: string, value: MetricsLine[string], isBest: boolean): string => {
  const said = typeof value === 'string' ? value.slice(0, mostQuoted) : value;
  return isBest
    ? `${metric} is ${JSON.stringify(said)} in one of its lines: that is not a number, so nobody knows whether it is the best`
    : `${metric} is ${JSON.stringify(said)} in its result, not a number`;
};

const mostQuoted = 200;

const mostNames = 20;

const namesOf = (line: MetricsLine): string => {
  const names = Object.keys(line).filter((name) => name !== 'final');
  const more = names.length - mostNames;
  const shown = names.slice(0, mostNames).join(', ');
  return names.length === 0 ? 'nothing' : more > 0 ? `${shown} and ${more} more` : shown;
};

function lastWords(logTail: string): string {
  const last = lastLineOf(logTail);
  return last === '' ? '' : `: ${last.slice(0, mostQuoted)}`;
}

const failed = (
  reason: Extract<Outcome, { kind: 'failed' }>['reason'],
  message: string,
  status: { exitCode: number | null; signal: string | null } = { exitCode: 0, signal: null },
): Outcome => ({ kind: 'failed', reason, ...status, message });
