/** The results of a program that knows nothing of labsweep: the objects that it printed with the objective in them. */
import type { MetricsLine, Objective } from '../../model/metrics.ts';
import { own } from '../../model/own.ts';
import { withoutColours } from '../../model/printed-lines.ts';
import { cast, inOrder, noRoles, type Roles } from '../core/roles.ts';
import { readBytes } from '../spool/log-file.ts';
import { objectAt } from './printed-object.ts';

interface Printed {
  readonly line: MetricsLine;
  /** It begins its line; else a logger's prefix stands before it. */
  readonly isAlone: boolean;
}

const mib = 1024 ** 2;
/** Of a log, what is looked at in one piece, and at whose end a line is looked for with which the next one begins. */
const pieceBytes = 4 * mib;
const overlapBytes = mib;

/**
 * The objects of a log that have the metric, as they came; else the last of all, so that a message can say what was found.
 * Where any stand on lines of their own, those behind a logger's prefix are no results. None where it cannot be read.
 */
export function printedIn(log: string, objective: Objective): readonly MetricsLine[] {
  const results = new Results(objective);
  try {
    const { sizeBytes } = readBytes(log, 0, 0);
    for (let start = 0; start < sizeBytes; ) {
      const { bytes } = readBytes(log, start, pieceBytes);
      if (bytes.length === 0) break; // it was cut just now
      const end = start + bytes.length < sizeBytes ? lastLineIn(bytes) : bytes.length;
      results.take(bytes.toString('utf8', 0, end));
      start += end;
    }
    return results.all;
  } catch {
    return [];
  }
}

/** Where a line begins that can be no part of an object which began before: those are set in, or close one. */
function lastLineIn(bytes: Buffer): number {
  for (let at = Math.max(1, bytes.length - overlapBytes); at < bytes.length; at += 1)
    if (isBreak(bytes[at - 1]) && !isBreak(bytes[at]) && !insideSigns.has(bytes[at] ?? 0)) return at;
  return bytes.length;
}

const isBreak = (byte: number | undefined): boolean => byte === 10 || byte === 13;
const insideSigns: ReadonlySet<number> = new Set(Buffer.from(' \t}]'));

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
    for (const printed of printedObjects(withoutColours(text))) {
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

function* printedObjects(text: string): Generator<Printed> {
  for (let at = text.indexOf('{'); at >= 0; ) {
    const lineStart = lineStartOf(text, at);
    const prefix = text.slice(lineStart, at).trimStart();
    const found = prefix === '' || isLoggersPrefix(prefix) ? objectAt(text, at) : null;
    const end = lineEndOf(text, found?.end ?? at);
    if (found !== null && found.line !== null && text.slice(found.end, end).trim() === '')
      yield { line: found.line, isAlone: prefix === '' };
    at = text.indexOf('{', end);
  }
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
/**
 * As logging, absl, loguru and Hydra write before a message: `INFO:root:`, `… INFO `, `…] `, `… - `, `… | `, or a time. A
 * word before the object, as in `best: {…}`, says that it is another one.
 */
const endsOfPrefix = [
  new RegExp(String.raw`^${level}:[\w.]*:$`),
  new RegExp(String.raw`(?:^|[\s\][|(-])${level}\]?:?\s*$`),
  /[\])]:?\s*$/,
  /(?:\d|[A-Za-z_\])]) +[-|–] +$/,
  /^[\d\s:.,TZ+/-]+$/,
];

const isLoggersPrefix = (prefix: string): boolean =>
  prefix.length <= longestPrefix && endsOfPrefix.some((ends) => ends.test(prefix));
