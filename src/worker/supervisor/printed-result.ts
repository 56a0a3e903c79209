/** The results of a program that knows nothing of labsweep: the objects that it printed with the objective in them. */
import type { MetricsLine, Objective } from '../../model/result/metrics.ts';
import { own } from '../../model/own.ts';
import { withoutColours } from '../../model/printed/printed-lines.ts';
import { cast, inOrder, noRoles, type Roles } from '../core/roles.ts';
import { cutAt, type OpenedFile } from '../spool/log-file.ts';
import { behindSpace, type FoundObject, objectAt } from './printed-object.ts';

interface Printed {
  readonly line: MetricsLine;
  /** It begins its line; else a logger's prefix stands before it. */
  readonly isAlone: boolean;
}

const mib = 1024 ** 2;
/** Of a log, what is looked at in one piece, more where an object lies across its end, and where that end is looked for. */
const pieceBytes = 4 * mib;
const overlapBytes = mib;

/**
 * The objects of a log that have the metric, as they came; else the last of all, so that a message can say what was found.
 * Where any stand on lines of their own, those behind a logger's prefix are no results.
 *
 * @throws the system's error
 */
export function printedIn(log: OpenedFile, objective: Objective): readonly MetricsLine[] {
  const results = new Results(objective);
  // What stands before the cut may have been said anew in what was cut out.
  for (let start = cutAt(log); start < log.sizeBytes; ) {
    const piece = pieceFrom(log, start);
    if (piece.length === 0) break; // it was cut just now
    results.take(piece.toString('utf8'));
    start += piece.length;
  }
  return results.all;
}

function pieceFrom({ sizeBytes, read }: OpenedFile, start: number): Buffer {
  for (let length = pieceBytes; ; length *= 2) {
    const bytes = read(start, length);
    if (bytes.length < length || start + length >= sizeBytes) return bytes;
    const end = lineApart(bytes);
    if (end !== null) return bytes.subarray(0, end);
  }
}

/** Near the end, a line that can be no part of an object which began before: those are set in, begin with a name, or close one. */
function lineApart(bytes: Buffer): number | null {
  const from = Math.max(0, bytes.length - overlapBytes);
  const at = bytes.toString('latin1', from).search(/[\r\n][^\s}\]"']/);
  return at < 0 ? null : from + at + 1;
}

/** Curves are shorter; of a longer one the lines stay that a result is told from. */
const mostLines = 10_000;

class Results {
  readonly #objective: Objective;
  #rank = -1;
  #lines: MetricsLine[] = [];
  #roles: Roles = noRoles;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  get all(): readonly MetricsLine[] {
    const more = new Set(inOrder(this.#roles));
    for (const line of this.#lines) more.delete(line);
    return [...this.#lines, ...more];
  }

  take(text: string): void {
    for (const printed of printedObjects(withoutColours(text), this.#objective.metric)) {
      const found = rank(printed, this.#objective.metric);
      if (found < this.#rank) continue;
      // What has no figure is told of, and only the last.
      if (found > this.#rank || found < 2) [this.#lines, this.#roles] = [[], noRoles];
      this.#rank = found;
      this.#roles = cast(this.#roles, printed.line, this.#objective);
      if (this.#lines.length < mostLines) this.#lines.push(printed.line);
    }
  }
}

const isHeld = (line: MetricsLine, metric: string): boolean => own(line, metric) !== undefined;

const rank = ({ line, isAlone }: Printed, metric: string): number =>
  (isHeld(line, metric) ? 2 : 0) + (isAlone ? 1 : 0);

/** Behind so many braces that began no object, only those are looked for that end on their line: a look may go to the text's end. */
const mostInVain = 8;

function* printedObjects(text: string, metric: string): Generator<Printed> {
  let inVain = 0;
  for (let at = text.indexOf('{'); at >= 0; ) {
    const lineStart = lineStartOf(text, at);
    const prefix = text.slice(lineStart, at).trimStart();
    const within = inVain < mostInVain ? text : text.slice(0, lineEndOf(text, at));
    const found = listAround(within, at) ?? (isPrefix(prefix) ? objectAt(within, at) : null);
    if (found === null && isPrefix(prefix)) inVain += 1;
    const end = lineEndOf(text, found?.end ?? at);
    const rest = found === null ? '' : text.slice(found.end, end);
    const isAlone = prefix === '' || prefix.trim() === '[';
    if (found === null || rest.startsWith('{')) {
      const line = prefix === '' ? unreadableLine(text.slice(at, end), metric) : null;
      if (line !== null) yield { line, isAlone };
    } else if (found.line !== null && isPlace(rest)) yield { line: found.line, isAlone };
    at = text.indexOf('{', end);
  }
}

/** It may have been the result, and an earlier object is not: `{ acc: 0.9 }`, as Node prints one. Null: it says nothing of the metric. */
function unreadableLine(text: string, metric: string): MetricsLine | null {
  const at = text.indexOf(metric);
  return at >= 0 && /^["']?\s*:/.test(text.slice(at + metric.length)) ? { [metric]: text.trim() } : null;
}

const isPrefix = (prefix: string): boolean => prefix === '' || isLoggersPrefix(prefix);

/** What may stand behind an object: nothing, or the place in the code where rich's logger was called. */
const isPlace = (rest: string): boolean => /^\s*$|^ {2,}[\w.-]+\.py(?::\d+)?\s*$/.test(rest);

/**
 * A list on lines of its own whose first object begins at `at`: of one, it is that one (`trainer.test()` of Lightning);
 * of several (folds), none of them is the result.
 */
function listAround(text: string, at: number): FoundObject | null {
  let before = at - 1;
  while (before >= 0 && ' \t\r\n'.includes(text[before] ?? '')) before -= 1;
  if (text[before] !== '[' || text.slice(lineStartOf(text, before), before).trim() !== '') return null;
  const first = objectAt(text, at);
  for (let found = first, count = 1; found !== null; count += 1) {
    const next = behindSpace(text, found.end);
    if (text[next] === ']') return { line: count === 1 ? found.line : null, end: next + 1 };
    found = text[next] === ',' ? objectAt(text, behindSpace(text, next + 1)) : null;
  }
  return null;
}

/** Sign by sign: a search for the one that is not there would go through the whole text for each line. */
function lineStartOf(text: string, at: number): number {
  let start = at;
  while (start > 0 && text[start - 1] !== '\n' && text[start - 1] !== '\r') start -= 1;
  return start;
}

function lineEndOf(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

const longestPrefix = 300;
const level = '(?:DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|TRACE|debug|info|warn|warning)';
const another = '(?!(?:best|worst|min|max|mean|avg|last|prev|old|top|target|baseline)[\\w.]*:)';
/**
 * As logging, absl, loguru and Hydra write before a message: `INFO:root:`, `… INFO `, `… INFO train: `, `…] `, `… - `, `… | `, or
 * a time; or as programs count: `epoch 2: `. A word before the object, as in `best: {…}`, says that it is another one.
 */
const endsOfPrefix = [
  new RegExp(String.raw`^${level}:[\w.]*:$`),
  new RegExp(String.raw`(?:^|[\s\][|(-])${level}\]?:?\s*$`),
  new RegExp(String.raw`(?:^|[\s\][|(-])${level}\]?:?\s+${another}[\w.]+:\s*$`),
  /(?:^|[\s:|>\]-])(?:[Ee]poch|[Ss]tep|[Ii]ter(?:ation)?|[Rr]ound)[ =]\[?\d+(?: ?\/ ?\d+)?\]?:?\s*$/,
  /[\])]:?\s*$/,
  /(?:\d|[A-Za-z_\])]) +[-|–] +$/,
  /^[\d\s:.,TZ+/-]+$/,
];

const isLoggersPrefix = (prefix: string): boolean =>
  prefix.length <= longestPrefix && endsOfPrefix.some((ends) => ends.test(prefix));
