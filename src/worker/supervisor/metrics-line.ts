import type { MetricsLine } from '../../model/result/metrics.ts';
import { finiteOrWord } from '../../model/printed/printed-number.ts';
import type { TailLine } from '../spool/text-tail.ts';
import { behindSpace, objectAt } from './printed-object.ts';

/**
 * What a line of a report says: an object, or several that no line feed parts. Where it is neither, and may have been meant
 * for one (a line that broke off, or an indented object), its text stands under the objective's name: it may be the result.
 */
export function reportedLines({ text, at }: TailLine, objective: string): MetricsLine[] {
  const line = parseMetricsLine(text);
  if (line !== null) return [line];
  const several = objectsOf(text.trim());
  if (several !== null) return several;
  if (!text.trim().startsWith('{') && !text.includes(objective)) return [];
  return [{ [objective]: `${text.trim()} (no object of JSON, at byte ${at} of its report)` }];
}

/** Null where anything else stands there. */
function objectsOf(text: string): MetricsLine[] | null {
  const lines: MetricsLine[] = [];
  for (let at = 0; at < text.length; ) {
    const found = objectAt(text, at);
    if (found === null) return null;
    if (found.line !== null) lines.push(found.line);
    at = behindSpace(text, found.end);
  }
  return lines;
}

/**
 * An object of JSON, or of Python's quotes, as a metrics line; null where it is none or has nothing to keep. Nested values
 * are left out.
 */
export function parseMetricsLine(text: string): MetricsLine | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null;
  const value = parse(trimmed);
  if (typeof value === 'object' && value !== null) return lineOf(value);
  const found = objectAt(trimmed, 0);
  return found?.end === trimmed.length ? found.line : null;
}

function lineOf(value: object): MetricsLine | null {
  const entries = Object.entries(value).flatMap(([name, item]) =>
    isKept(item) ? [[name, typeof item === 'number' ? finiteOrWord(item) : item] as const] : [],
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isKept = (item: unknown): item is MetricsLine[string] =>
  item === null || typeof item === 'number' || typeof item === 'string' || typeof item === 'boolean';
