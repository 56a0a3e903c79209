import type { MetricsLine } from '../../model/metrics.ts';
import { finiteOrWord } from '../../model/printed-number.ts';
import { objectAt } from './printed-object.ts';

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
