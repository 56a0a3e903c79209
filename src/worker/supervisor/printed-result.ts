/** The result of a program that knows nothing of labsweep: the last object that it printed with the objective in it. */
import type { MetricsLine } from '../../model/metrics.ts';
import { own } from '../../model/own.ts';
import { withoutColours } from '../../model/printed-lines.ts';
import { readBytes } from '../spool/log-file.ts';
import { objectAt } from './printed-object.ts';

interface Printed {
  readonly line: MetricsLine;
  /** It begins its line; else a logger's prefix stands before it. */
  readonly isAlone: boolean;
}

const mib = 1024 ** 2;
/** Of a log, what is looked at in one piece, and how much of it again with the piece before: an object may lie across. */
const pieceBytes = 4 * mib;
const overlapBytes = mib;

/** As `printedResult` of a whole log, from its end; null where it cannot be read. */
export function printedIn(log: string, metric: string): MetricsLine | null {
  try {
    return lastIn(log, metric);
  } catch {
    return null;
  }
}

function lastIn(log: string, metric: string): MetricsLine | null {
  let any: MetricsLine | null = null;
  for (let end = readBytes(log, 0, 0).sizeBytes; end > 0; ) {
    const start = Math.max(0, end - pieceBytes);
    const text = readBytes(log, start, end - start).bytes.toString('utf8');
    const found = printedResult(start === 0 ? text : behindCut(text), metric);
    if (found !== null && isHeld(found, metric)) return found;
    any ??= found;
    end = start === 0 ? 0 : start + overlapBytes;
  }
  return any;
}

/** From the first line on that can be no part of an object which was cut: those are set in, or close one. */
const behindCut = (text: string): string => {
  const at = text.search(/[\r\n][^\s}\]]/);
  return at < 0 ? '' : text.slice(at + 1);
};

/**
 * The last object that has the metric, else the last of all, so that a message can say what was found. Objects on lines of
 * their own come before those behind a logger's prefix.
 */
export function printedResult(log: string, metric: string): MetricsLine | null {
  let found: Printed | null = null;
  for (const printed of printedObjects(withoutColours(log)))
    if (found === null || rank(printed, metric) >= rank(found, metric)) found = printed;
  return found?.line ?? null;
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
